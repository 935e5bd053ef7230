-- What did these files hold, but for the rows already set aside?
select delivered_row.delivery_id, delivered_row.line_number, delivery.business_date, delivered_row.payload
from raw.delivered_row
join raw.delivery using (delivery_id)
left join raw.row_fault using (delivery_id, line_number)
where delivered_row.delivery_id = any(:delivery_ids) and delivery.feed = :feed and row_fault.delivery_id is null
order by delivered_row.delivery_id, delivered_row.line_number
