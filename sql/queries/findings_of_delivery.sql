-- What was found wrong in a file: which rows are set aside, and which single values left out?
select line_number, row_count, coalesce(column_name, '') as column_name, fault_code, message, true as is_row
from raw.row_fault
where delivery_id = :delivery_id
union all
select line_number, 0, column_name, fault_code, '', false
from raw.dropped_value
where delivery_id = :delivery_id
order by line_number, column_name, is_row
