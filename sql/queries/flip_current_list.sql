-- Publish: readers see the old list before this and the new one after. A list for an earlier day changes nothing.
insert into outreach.current_list (is_current, list_id, published_at)
select true, list.list_id, :published_at
from outreach.list
where list.list_id = :list_id
  and not exists (
      select 1
      from outreach.current_list
      join outreach.list as current using (list_id)
      where current.as_of > list.as_of
  )
on conflict (is_current) do update
set list_id = excluded.list_id, published_at = excluded.published_at, stale_since = null, stale_because = null
