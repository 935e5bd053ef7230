-- Rows are checked afresh: what an earlier attempt found in them goes first; what reading found stays.
with dropped as (delete from raw.dropped_value where delivery_id = any(:delivery_ids))
delete from raw.row_fault where delivery_id = any(:delivery_ids) and column_name is not null
