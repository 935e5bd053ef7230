-- Which records are linked to which person now, and what do they say about who it is?
select link.person_id, person_record.*
from core.link
join core.current_person_record as person_record using (record_id)
where link.is_current
order by person_record.record_id
