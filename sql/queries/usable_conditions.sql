-- Which lasting conditions were known with these files, up to the end of this day, as far as they may be used?
select condition.record_id, condition.condition_id, condition.agency, condition.is_part2, condition.condition_code, condition.recorded_at
from core.conditions_known(:taken_in_number) as condition
where (condition.recorded_at is null or condition.recorded_at < :until)
  and (condition.ended_at is null or condition.ended_at >= :until)
  and (not condition.is_part2 or condition.record_id in (select core.consented_records_known(:as_of, :taken_in_number)))
order by condition.condition_id
