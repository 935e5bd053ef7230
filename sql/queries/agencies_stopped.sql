-- Which agencies are stopped, or were at a moment? Those whose newest file of a feed was not taken in, or only later.
select agency
from (
    select distinct on (agency, feed) agency, status, taken_in_at
    from raw.delivery
    where cast(:known_at as timestamptz) is null or received_at <= :known_at
    order by agency, feed, business_date desc nulls last, delivery_id desc
) as newest
where status in ('refused', 'held_back') or taken_in_at > cast(:known_at as timestamptz)
group by agency
