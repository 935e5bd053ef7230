-- A file that was not taken in before is read afresh: its rows of the earlier attempt go first.
with faults as (delete from raw.row_fault where delivery_id = :delivery_id),
     dropped as (delete from raw.dropped_value where delivery_id = :delivery_id)
delete from raw.delivered_row where delivery_id = :delivery_id
