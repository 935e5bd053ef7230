-- When was each person of a roster last seen in custody, and from when on no more, with the files taken in up to a number
-- (null: all)? First not seen: on the next roster on which no row that was set aside may name the stay. Null: not yet. A
-- stay that was never listed as going on was over when it was first told of.
create or replace function core.stays_known(up_to bigint)
returns table (delivery_id bigint, line_number bigint, last_seen_at timestamptz, first_not_seen_at timestamptz)
language sql stable
as $$
    with roster as materialized (
        select
            snapshot.*,
            exists (
                select 1 from core.unread_listing
                where unread_listing.delivery_id = snapshot.delivery_id and unread_listing.record_key is null
            ) as may_name_anybody
        from core.snapshots_known(up_to) as snapshot
    ),
    seen as (
        select known.line_number, known.record_key, known.is_yielding, roster.*
        from core.rows_known(up_to) as known
        join roster using (delivery_id)
    )
    select
        seen.delivery_id, seen.line_number,
        case when not seen.is_yielding then seen.earliest_at end as last_seen_at,
        case when seen.is_yielding then seen.latest_at else missed.latest_at end as first_not_seen_at
    from seen
    left join lateral (
        select min(later.latest_at) as latest_at
        from roster as later
        where later.agency = seen.agency and later.feed = seen.feed and later.observed_on > seen.observed_on
          and not later.may_name_anybody
          and not exists (
              select 1 from core.unread_listing
              where unread_listing.delivery_id = later.delivery_id and unread_listing.record_key = seen.record_key
          )
    ) as missed on true
$$;
