-- A file was read anew, and rows of it say something else from this number on.
insert into raw.rereading (taken_in_number, delivery_id, taken_in_at, row_count)
values (:taken_in_number, :delivery_id, :taken_in_at, :row_count)
