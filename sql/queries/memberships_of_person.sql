-- Which records did this id hold, from which run to which, and why?
select
    membership.record_id, membership.cause, membership.because_record_id, membership.blocking_rule, membership.match_weight,
    membership.decision_number, started.run_number, started.at as from_at, started.model_id, ended.at as until_at
from core.membership
join core.run as started on started.run_number = membership.from_run
left join core.run as ended on ended.run_number = membership.until_run
where membership.person_id = :person_id
order by started.run_number, membership.record_id
