-- Files get one step further.
update raw.delivery set status = :status where delivery_id = any(:delivery_ids)
