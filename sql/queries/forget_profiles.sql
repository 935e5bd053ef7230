-- What these files look like is told afresh.
delete from raw.file_profile where delivery_id = any(:delivery_ids)
