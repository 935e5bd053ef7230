-- A file has fewer rows than were delivered: some never were. So it is with the fault that stands for a whole refused file.
with whole_file as (
    update raw.row_fault set row_count = row_count - :row_count
    where delivery_id = :delivery_id and line_number = 0
)
update raw.delivery set row_count = row_count - :row_count where delivery_id = :delivery_id
