-- The database learns how its tables have grown, so that it plans the next questions well.
analyze core.accepted_row, core.person_record, core.encounter, core.told_end, core.condition, core.consent, raw.row_fault
