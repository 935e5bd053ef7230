-- On which lines stand the rows of these records, and those that are about them? In core, every version.
select delivery_id, line_number from core.accepted_row where agency || '/' || feed || '/' || record_key = any(:record_ids)
union
select delivery_id, line_number from core.person_record where record_id = any(:record_ids)
union
select delivery_id, line_number from core.encounter where record_id = any(:record_ids)
union
select delivery_id, line_number from core.told_end where agency || '/' || encounter_feed || '/' || encounter_key = any(:record_ids)
union
select told_end.delivery_id, told_end.line_number
from core.told_end
join core.encounter using (encounter_id)
where encounter.record_id = any(:record_ids)
union
select delivery_id, line_number from core.condition where record_id = any(:record_ids)
union
select delivery_id, line_number from core.consent where record_id = any(:record_ids)
