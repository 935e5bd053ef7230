-- What did the rows of these files hold that were set aside?
select row_fault.delivery_id, row_fault.line_number, row_fault.column_name, delivered_row.payload
from raw.row_fault
left join raw.delivered_row using (delivery_id, line_number)
where row_fault.delivery_id = any(:delivery_ids) and row_fault.line_number > 0
order by row_fault.delivery_id, row_fault.line_number
