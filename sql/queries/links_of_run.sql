-- Which person was each record in this run, and since when is that person known?
select link.record_id, link.person_id, person.first_seen_at
from core.links_of(:run_number) as link
join core.person using (person_id)
order by link.record_id
