-- The reading of this number is kept on these lines only; elsewhere it says what was said before.
with people as (delete from core.person_record where delivery_id = :delivery_id and from_number = :from_number and line_number <> all(:line_numbers)),
encounters as (delete from core.encounter where delivery_id = :delivery_id and from_number = :from_number and line_number <> all(:line_numbers)),
ends as (delete from core.told_end where delivery_id = :delivery_id and from_number = :from_number and line_number <> all(:line_numbers)),
conditions as (delete from core.condition where delivery_id = :delivery_id and from_number = :from_number and line_number <> all(:line_numbers)),
consents as (delete from core.consent where delivery_id = :delivery_id and from_number = :from_number and line_number <> all(:line_numbers)),
merges as (delete from core.sender_merge where delivery_id = :delivery_id and from_number = :from_number and line_number <> all(:line_numbers))
delete from core.accepted_row where delivery_id = :delivery_id and from_number = :from_number and line_number <> all(:line_numbers)
