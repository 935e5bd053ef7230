-- What earlier readings said on these lines of a file no longer counts from this number on.
update core.accepted_row set until_number = :from_number
where delivery_id = :delivery_id and until_number is null and from_number < :from_number and line_number = any(:line_numbers)
