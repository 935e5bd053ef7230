-- When was each person of a roster last seen in custody, and from when on no more, with the files taken in up to a number
-- (null: all)? First not seen: on the next roster on which no row that was set aside may name the stay. Null: not yet. A
-- stay that was never listed as going on was over when it was first told of.
create or replace function core.stays_known(up_to bigint)
returns table (delivery_id bigint, line_number bigint, last_seen_at timestamptz, first_not_seen_at timestamptz)
language sql stable
as $$
    with unread as materialized (select * from core.unread_listings_known(up_to)),
    roster as materialized (
        select
            snapshot.*,
            exists (
                select 1 from unread
                where unread.delivery_id = snapshot.delivery_id and unread.record_key is null
            ) as may_name_anybody
        from core.snapshots_known(up_to) as snapshot
    ),
    followed as materialized (  -- of most stays the next roster says all there is to know
        select roster.*, min(later.latest_at) as missed_at
        from roster
        left join roster as later
            on later.agency = roster.agency and later.feed = roster.feed and later.observed_on > roster.observed_on
            and not later.may_name_anybody
        group by
            roster.delivery_id, roster.agency, roster.feed, roster.named_for, roster.observed_on,
            roster.earliest_at, roster.latest_at, roster.may_name_anybody
    ),
    named as materialized (  -- stays that rows which were set aside name: each is looked for on roster after roster
        select roster.agency, roster.feed, roster.delivery_id, unread.record_key
        from unread
        join roster using (delivery_id)
        where unread.record_key is not null
    )
    select
        known.delivery_id, known.line_number,
        case when not known.is_yielding then followed.earliest_at end as last_seen_at,
        case
            when known.is_yielding then followed.latest_at
            when (known.agency, known.feed, known.record_key) in (select agency, feed, record_key from named) then (
                select min(later.latest_at)
                from roster as later
                where later.agency = known.agency and later.feed = known.feed and later.observed_on > followed.observed_on
                  and not later.may_name_anybody
                  and (later.delivery_id, known.record_key) not in (select named.delivery_id, named.record_key from named)
            )
            else followed.missed_at
        end as first_not_seen_at
    from core.rows_known(up_to) as known
    join followed using (delivery_id)
$$;
