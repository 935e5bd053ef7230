-- Which ids were given out up to a run, and since when is each known?
select person_id, first_seen_at from core.person where first_run is null or first_run <= :run_number order by person_id
