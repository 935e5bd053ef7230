-- Of which day a roster was until now no longer counts from this number on.
update core.snapshot set until_number = :from_number
where delivery_id = :delivery_id and until_number is null and taken_in_number < :from_number
