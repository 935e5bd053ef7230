-- Which lasting conditions are known, up to the end of this day, as far as they may be used?
select link.person_id, link.record_id, condition.condition_id, condition.agency, condition.is_part2, condition.condition_code, condition.recorded_at
from core.current_condition as condition
join core.link using (record_id)
where link.is_current
  and (condition.recorded_at is null or condition.recorded_at < :until)
  and (condition.ended_at is null or condition.ended_at >= :until)
  and (not condition.is_part2 or condition.record_id in (select core.consented_records(:as_of)))
order by condition.condition_id
