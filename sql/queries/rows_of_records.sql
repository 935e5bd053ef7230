-- On which lines stand the rows of these records, and those that are about them? In core, every version.
select delivery_id, line_number from core.accepted_row where agency || '/' || feed || '/' || record_key = any(:record_ids)
union
select delivery_id, line_number from core.person_record where record_id = any(:record_ids)
union
select delivery_id, line_number from core.encounter where record_id = any(:record_ids)
union
select delivery_id, line_number from core.condition where record_id = any(:record_ids)
union
select delivery_id, line_number from core.consent where record_id = any(:record_ids)
