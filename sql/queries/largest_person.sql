-- Which person holds the most records, and how many of them did each agency send? A record's id begins with its agency.
select link.person_id, split_part(link.record_id, '/', 1) as agency, count(*) as record_count
from core.link
where link.is_current
  and link.person_id = (
      select person_id from core.link where is_current group by person_id order by count(*) desc, person_id limit 1
  )
group by link.person_id, agency
order by record_count desc, agency
