-- For how many days between the first and the last roster of a feed is none known, with the files taken in up to a number,
-- and which is the latest of them? How many are of another day than their name says?
with roster as (select * from core.snapshots_known(:taken_in_number)),
spans as (
    select
        agency, feed, min(observed_on) as first_on, max(observed_on) as last_on, count(distinct observed_on) as day_count,
        count(*) filter (where observed_on <> named_for) as renamed_count
    from roster
    group by agency, feed
)
select
    agency, feed, (last_on - first_on + 1 - day_count)::bigint as missing_count, renamed_count,
    (
        select max(day)::date
        from generate_series(first_on::timestamp, last_on, interval '1 day') as day
        where not exists (
            select 1 from roster
            where roster.agency = spans.agency and roster.feed = spans.feed and roster.observed_on = day::date
        )
    ) as latest_missing_on
from spans
order by agency, feed
