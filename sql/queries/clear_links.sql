-- The records linked this time replace what was known of them.
delete from core.link where record_id = any(:record_ids)
