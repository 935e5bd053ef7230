-- Which person was each record ever linked after a run, and when was it first linked?
select distinct on (membership.record_id)
    membership.record_id,
    membership.person_id,
    membership.until_run is null or membership.until_run > :run_number as is_current,
    first_value(run.at) over (partition by membership.record_id order by membership.from_run) as first_seen_at
from core.membership
join core.run on run.run_number = membership.from_run
where membership.from_run <= :run_number
order by membership.record_id, membership.from_run desc
