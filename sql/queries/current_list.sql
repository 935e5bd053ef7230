-- Which list is current?
select current_list.list_id, list.as_of, current_list.published_at, list.content
from outreach.current_list
join outreach.list using (list_id)
