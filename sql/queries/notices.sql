-- Which lists that people were shown were called back, and the current one stands for them, or nobody yet?
select list.list_id, list.as_of, list.withdrawn_at, list.withdrawn_because, list.withdrawn_record_count, list.withdrawn_entry_count
from outreach.list
join outreach.publication using (list_id)
left join outreach.current_list on true
left join outreach.list as current on current.list_id = current_list.list_id
where list.withdrawn_at is not null
  and list.told_again_at is null
  and (current.as_of is null or list.as_of >= current.as_of or list.withdrawn_at >= current_list.published_at)
order by list.as_of, list.list_id
