-- Up to which moment do an agency's rows reach, by the end of this day? Rows that need a consent tell nothing, not even this.
select agency, feed, max(latest_at) as latest_at
from (
    select agency, feed, max(occurred_at) as latest_at
    from core.encounters_known(:taken_in_number) as encounter
    where occurred_at < :until and not is_part2 and not is_held
    group by agency, feed
    union all
    select agency, feed, max(recorded_at)
    from core.person_records_known(:taken_in_number) as person_record
    where recorded_at < :until and not is_part2 and not is_held
    group by agency, feed
) as latest
group by agency, feed
