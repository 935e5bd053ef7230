-- Up to which delivery is everything taken in, but for those still open?
select
    coalesce(max(delivery_id) filter (where status = 'accepted'), 0) as up_to,
    coalesce(array_agg(delivery_id order by delivery_id) filter (where status <> 'accepted'), '{}') as open_ids
from raw.delivery
