-- How many ends told elsewhere are those of encounters whose row is not known, with the files taken in up to a number? And how
-- many of them ended before a day?
select
    told_end.agency, told_end.feed, told_end.encounter_feed,
    count(*) as waiting_count,
    count(*) filter (where (told_end.ended_at at time zone :zone)::date < :before) as overdue_count
from core.ends_known(:taken_in_number) as told_end
where not exists (
    select 1
    from core.rows_known(:taken_in_number) as known
    where known.agency = told_end.agency and known.feed = told_end.encounter_feed and known.record_key = told_end.encounter_key
)
group by told_end.agency, told_end.feed, told_end.encounter_feed
order by told_end.agency, told_end.feed, told_end.encounter_feed
