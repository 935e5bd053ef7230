-- What the rows of a roster that were set aside may name no longer counts from this number on.
update core.unread_listing set until_number = :from_number
where delivery_id = :delivery_id and until_number is null and from_number < :from_number
