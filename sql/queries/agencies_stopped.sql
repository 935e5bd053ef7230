-- Which agencies are stopped? Those whose newest file of a feed was not taken in.
select agency
from (
    select distinct on (agency, feed) agency, status
    from raw.delivery
    where cast(:known_at as timestamptz) is null or received_at <= :known_at
    order by agency, feed, business_date desc nulls last, delivery_id desc
) as newest
where status in ('refused', 'held_back')
group by agency
