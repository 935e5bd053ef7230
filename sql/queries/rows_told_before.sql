-- Which rows of these records, as delivered, were taken in before? Every version, in the order in which they came. Before a
-- file that is read anew: those of the files that came before it, and what this reading told of them so far.
select delivered_row.delivery_id, delivered_row.line_number, delivery.business_date,
    cast(delivered_row.payload as text) as payload
from core.accepted_row
join raw.delivered_row using (delivery_id, line_number)
join raw.delivery using (delivery_id)
where accepted_row.agency = :agency and accepted_row.feed = :feed and accepted_row.record_key = any(:record_keys)
    and accepted_row.until_number is null
    and (cast(:reread_id as bigint) is null
         or accepted_row.delivery_id < :reread_id
         or (accepted_row.delivery_id = :reread_id and accepted_row.from_number = :from_number))
order by delivered_row.delivery_id, delivered_row.line_number
