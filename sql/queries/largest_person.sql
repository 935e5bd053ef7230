-- Which person holds the most records in a run, and how many did each agency send? A record's id begins with its agency.
select link.person_id, split_part(link.record_id, '/', 1) as agency, count(*) as record_count
from core.links_of(:run_number) as link
where link.person_id = (
    select person_id from core.links_of(:run_number) group by person_id order by count(*) desc, person_id limit 1
)
group by link.person_id, agency
order by record_count desc, agency
