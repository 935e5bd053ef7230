-- Who founded these persons, and since when are they known? Or of all others, who still count.
select person_id, founder_record_id, first_seen_at
from core.person
where (person_id = any(:person_ids)) = :is_among
  and not is_void
  and (:is_among or exists (select 1 from core.membership where membership.person_id = person.person_id))
order by person_id
