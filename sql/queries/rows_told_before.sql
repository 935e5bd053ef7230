-- Which rows of these records, as delivered, were taken in before? Every version, in the order in which they came.
select delivered_row.delivery_id, delivered_row.line_number, delivery.business_date,
    cast(delivered_row.payload as text) as payload
from core.accepted_row
join raw.delivered_row using (delivery_id, line_number)
join raw.delivery using (delivery_id)
where accepted_row.agency = :agency and accepted_row.feed = :feed and accepted_row.record_key = any(:record_keys)
    and accepted_row.until_number is null
order by delivered_row.delivery_id, delivered_row.line_number
