-- What do the rows say by which an agency tells of its exports, of the files taken in up to a number? The newest last.
select delivered_row.delivery_id, delivered_row.line_number, delivery.business_date, delivery.file_name,
    cast(delivered_row.payload as text) as payload
from core.accepted_row
join raw.delivered_row using (delivery_id, line_number)
join raw.delivery using (delivery_id)
where accepted_row.agency = :agency and accepted_row.feed = :feed and accepted_row.until_number is null
  and (cast(:taken_in_number as bigint) is null or delivery.taken_in_number <= :taken_in_number)
order by delivery.business_date nulls first, delivery.delivery_id, delivered_row.line_number
