-- Publish: readers see the old list before this and the new one after. A list that looks back changes nothing.
insert into outreach.current_list (is_current, list_id, published_at)
select true, list.list_id, :published_at
from outreach.list
left join core.run using (run_number)
where list.list_id = :list_id
  and not coalesce(run.is_look_back, false)
  and not exists (
      select 1
      from outreach.current_list
      join outreach.list as current using (list_id)
      where current.as_of > list.as_of
  )
on conflict (is_current) do update
set list_id = excluded.list_id, published_at = excluded.published_at, stale_since = null, stale_because = null
