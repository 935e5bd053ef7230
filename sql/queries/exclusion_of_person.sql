-- Why is this person not on the current list, if it was excluded?
select exclusion.exclusion
from outreach.exclusion
join outreach.current_list using (list_id)
where exclusion.person_id = :person_id
