-- Which rosters were taken in, with the files up to a number (null: all), and which day is each of? Of one whose bytes came
-- under several names, the earliest day: the same bytes on a later day tell nothing of that day.
create or replace function core.snapshots_known(up_to bigint)
returns table (
    delivery_id bigint, agency text, feed text, named_for date, observed_on date, earliest_at timestamptz, latest_at timestamptz
)
language sql stable
as $$
    select distinct on (snapshot.delivery_id)
        snapshot.delivery_id, delivery.agency, delivery.feed,
        snapshot.named_for, snapshot.observed_on, snapshot.earliest_at, snapshot.latest_at
    from core.snapshot
    join raw.delivery using (delivery_id)
    where (up_to is null or snapshot.taken_in_number <= up_to)
      and (snapshot.until_number is null or snapshot.until_number > up_to)
    order by snapshot.delivery_id, snapshot.observed_on
$$;

-- Whose stays may the rows of rosters name that were set aside, as read up to a number (null: as read last)? A record key
-- that is missing may be anybody's.
create or replace function core.unread_listings_known(up_to bigint)
returns table (delivery_id bigint, line_number bigint, record_key text)
language sql stable
as $$
    select unread_listing.delivery_id, unread_listing.line_number, unread_listing.record_key
    from core.unread_listing
    where (up_to is null or unread_listing.from_number <= up_to)
      and (unread_listing.until_number is null or unread_listing.until_number > up_to)
$$;
