-- A file is refused as a whole: what was found in single rows of it gives way to the one fault that stands for all.
with dropped as (delete from raw.dropped_value where delivery_id = :delivery_id)
delete from raw.row_fault where delivery_id = :delivery_id
