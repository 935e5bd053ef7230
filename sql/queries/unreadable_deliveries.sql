-- Which files could not be read at all?
select row_fault.delivery_id, row_fault.fault_code, row_fault.message
from raw.row_fault
where row_fault.delivery_id = any(:delivery_ids) and row_fault.line_number = 0
