-- Which ids were given out up to a run, and since when is each known? Not those that only a look back or a sealed record gave.
select person_id, first_seen_at
from core.person
where (first_run is null or first_run <= :run_number)
  and not is_void
  and (
      not exists (select 1 from core.run where run.run_number = person.first_run and run.is_look_back)
      or exists (select 1 from core.membership where membership.person_id = person.person_id)
  )
order by person_id
