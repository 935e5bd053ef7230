-- Which agencies are stopped? Those whose newest file of a feed was not taken in, with no good one of the same date.
select agency
from (
    select distinct on (agency, feed) agency, feed, business_date, status
    from raw.delivery
    order by agency, feed, business_date desc nulls last, delivery_id desc
) as newest
where status in ('refused', 'held_back')
  and not exists (
      select 1
      from raw.delivery as good
      where good.agency = newest.agency
        and good.feed = newest.feed
        and good.business_date = newest.business_date
        and good.status = 'accepted'
  )
group by agency
