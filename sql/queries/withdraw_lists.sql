-- These lists are called back: their content goes; that they were, their counts and the cause stay.
update outreach.list
set content = null, withdrawn_at = :at, withdrawn_because = :cause, withdrawn_record_count = :record_count,
    withdrawn_entry_count = (select count(*) from outreach.entry where entry.list_id = list.list_id)
where list_id = any(:list_ids)
