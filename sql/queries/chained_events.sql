-- Which events come after this one, each with everything its hash is made of?
select
    event_id,
    to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
        || case when at < '0001-01-01 00:00:00+00' then ' BC' else '' end as moment,
    actor,
    act,
    cast(facts as text) as facts,
    why,
    previous_hash,
    hash
from audit.event
where cast(:after as bigint) is null or event_id > :after
order by event_id
limit :at_most
