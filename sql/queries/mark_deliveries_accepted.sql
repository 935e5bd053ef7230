-- Files are taken in: they get the next numbers, in the order they came.
update raw.delivery
set status = 'accepted', taken_in_number = numbered.number, taken_in_at = :taken_in_at
from (
    select ordered.delivery_id, nextval('raw.taken_in_number') as number
    from (select delivery_id from raw.delivery where delivery_id = any(:delivery_ids) order by delivery_id) as ordered
) as numbered
where numbered.delivery_id = delivery.delivery_id
