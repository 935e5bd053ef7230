-- Which lists were called back that the current one stands for, or nobody yet?
select list.list_id, list.as_of, list.withdrawn_at, list.withdrawn_because, list.withdrawn_record_count, list.withdrawn_entry_count
from outreach.list
left join outreach.current_list on true
left join outreach.list as current on current.list_id = current_list.list_id
where list.withdrawn_at is not null
  and (current.as_of is null or list.as_of >= current.as_of or list.withdrawn_at >= current_list.published_at)
order by list.as_of, list.list_id
