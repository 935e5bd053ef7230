-- Which person is each accepted person record?
select person_record.agency, person_record.feed, person_record.record_key, link.person_id
from core.current_link as link
join core.current_person_record as person_record using (record_id)
