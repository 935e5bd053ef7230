-- Which list is current, and is it stale?
select
    current_list.list_id, list.as_of, current_list.published_at, current_list.stale_since, current_list.stale_because, list.content
from outreach.current_list
join outreach.list using (list_id)
