-- What did these files hold after a line, but for the rows already set aside? So many rows at most; as JSON text.
select delivered_row.delivery_id, delivered_row.line_number, delivery.business_date, delivered_row.payload::text as payload
from raw.delivered_row
join raw.delivery using (delivery_id)
left join raw.row_fault using (delivery_id, line_number)
where
    delivered_row.delivery_id = any(:delivery_ids)
    and delivered_row.line_number > :after_line
    and row_fault.delivery_id is null
order by delivered_row.delivery_id, delivered_row.line_number
limit :row_limit
