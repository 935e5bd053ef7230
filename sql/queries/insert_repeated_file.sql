-- The same bytes came again under another name: still one delivery.
update raw.delivery set repeated_count = repeated_count + 1 where delivery_id = :delivery_id
