-- Which rows were set aside, where do they stand, and what is to be done?
select
    delivery.agency, delivery.feed, delivery.file_name as file, nullif(row_fault.line_number, 0) as line,
    row_fault.row_count, row_fault.column_name as column, row_fault.fault_code as reason, row_fault.message
from raw.row_fault
join raw.delivery using (delivery_id)
order by delivery.agency, delivery.feed, delivery.file_name, delivery.delivery_id, row_fault.line_number
