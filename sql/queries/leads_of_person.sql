-- Which ids lead to this one, and where does it lead, each since when?
select alias.person_id, alias.into_person_id, run.at as since_at, run.run_number
from core.alias
join core.run using (run_number)
where :person_id in (alias.person_id, alias.into_person_id)
order by run.run_number, alias.person_id
