-- The rows on these lines never were: as delivered, set aside, accepted, and all they said. Answers how many were delivered.
with place as (
    select place.delivery_id, place.line_number
    from unnest(cast(:delivery_ids as bigint[]), cast(:line_numbers as bigint[])) as place (delivery_id, line_number)
),
faults as (delete from raw.row_fault using place where (row_fault.delivery_id, row_fault.line_number) = (place.delivery_id, place.line_number)),
unread as (delete from core.unread_listing using place where (unread_listing.delivery_id, unread_listing.line_number) = (place.delivery_id, place.line_number)),
worked as (delete from raw.worked_fault using place where (worked_fault.delivery_id, worked_fault.line_number) = (place.delivery_id, place.line_number)),
dropped as (delete from raw.dropped_value using place where (dropped_value.delivery_id, dropped_value.line_number) = (place.delivery_id, place.line_number)),
accepted as (delete from core.accepted_row using place where (accepted_row.delivery_id, accepted_row.line_number) = (place.delivery_id, place.line_number)),
people as (delete from core.person_record using place where (person_record.delivery_id, person_record.line_number) = (place.delivery_id, place.line_number)),
encounters as (delete from core.encounter using place where (encounter.delivery_id, encounter.line_number) = (place.delivery_id, place.line_number)),
ends as (delete from core.told_end using place where (told_end.delivery_id, told_end.line_number) = (place.delivery_id, place.line_number)),
conditions as (delete from core.condition using place where (condition.delivery_id, condition.line_number) = (place.delivery_id, place.line_number)),
consents as (delete from core.consent using place where (consent.delivery_id, consent.line_number) = (place.delivery_id, place.line_number)),
merges as (delete from core.sender_merge using place where (sender_merge.delivery_id, sender_merge.line_number) = (place.delivery_id, place.line_number))
delete from raw.delivered_row using place
where (delivered_row.delivery_id, delivered_row.line_number) = (place.delivery_id, place.line_number)
