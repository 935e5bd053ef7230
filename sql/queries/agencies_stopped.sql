-- Which agencies are stopped, or were at a moment? Those whose newest file of a feed was not taken in, or only later, and
-- those whose ZIP or export could not be taken in as a whole, until anything of theirs is.
select agency
from (
    select distinct on (agency, feed) agency, status, taken_in_at
    from raw.delivery
    where
        refused_code is distinct from 'whole_delivery'
        and (cast(:known_at as timestamptz) is null or received_at <= :known_at)
    order by agency, feed, business_date desc nulls last, delivery_id desc
) as newest
where status in ('refused', 'held_back') or taken_in_at > cast(:known_at as timestamptz)
union
select refused.agency
from raw.delivery as refused
where
    refused.refused_code = 'whole_delivery'
    and (cast(:known_at as timestamptz) is null or refused.received_at <= :known_at)
    and not exists (
        select 1
        from raw.delivery as taken_in
        where
            taken_in.agency = refused.agency
            and taken_in.taken_in_at > refused.received_at
            and (cast(:known_at as timestamptz) is null or taken_in.taken_in_at <= :known_at)
    )
