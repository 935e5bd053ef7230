-- On which lists did this id stand, and where?
select list.list_id, list.as_of, entry.rank, entry.points, publication.published_at
from outreach.entry
join outreach.list using (list_id)
left join outreach.publication using (list_id)
where entry.person_id = :person_id
order by list.as_of, list.made_at, list.list_id
