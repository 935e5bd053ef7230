-- Which rows of a file did reading not set aside, after a line, so many at most? Whatever its checks found in them.
select delivered_row.delivery_id, delivered_row.line_number, delivery.business_date, delivered_row.payload::text as payload
from raw.delivered_row
join raw.delivery using (delivery_id)
left join raw.row_fault using (delivery_id, line_number)
where
    delivered_row.delivery_id = :delivery_id
    and delivered_row.line_number > :after_line
    and (row_fault.delivery_id is null or row_fault.column_name is not null)
order by delivered_row.line_number
limit :row_limit
