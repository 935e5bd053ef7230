-- Which lists were withdrawn, and which of them had been published?
select list.list_id, list.as_of, publication.list_id is not null as was_published
from outreach.list
left join outreach.publication using (list_id)
where list.withdrawn_at is not null
order by list.as_of, list.list_id
