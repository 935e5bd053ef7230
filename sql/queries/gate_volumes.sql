-- How many person records, encounters and ends told elsewhere of each feed fall on each local day? Rows that need a consent tell
-- nothing, not even this.
select agency, feed, 'encounters' as what, (occurred_at at time zone :zone)::date as day, count(*) as row_count
from core.current_encounter
where occurred_at >= :since and occurred_at < :until and not is_part2 and not is_held
group by agency, feed, day
union all
select agency, feed, 'ends', (ended_at at time zone :zone)::date as day, count(*)
from core.current_told_end
where ended_at >= :since and ended_at < :until and not is_part2 and not is_held
group by agency, feed, day
union all
select agency, feed, 'person records', (recorded_at at time zone :zone)::date as day, count(*)
from core.current_person_record
where recorded_at >= :since and recorded_at < :until and not is_part2 and not is_held
group by agency, feed, day
