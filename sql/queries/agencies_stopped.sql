-- Which agencies' newest file was refused? An agency is stopped until it delivers something that can be taken in.
select agency
from (
    select distinct on (agency, feed) agency, status
    from raw.delivery
    order by agency, feed, business_date desc nulls last, delivery_id desc
) as newest
where status in ('refused', 'held_back')
group by agency
