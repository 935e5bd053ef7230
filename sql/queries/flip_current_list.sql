-- Publish: readers see the old list before this and the new one after.
insert into outreach.current_list (is_current, list_id, published_at)
values (true, :list_id, :published_at)
on conflict (is_current) do update set list_id = excluded.list_id, published_at = excluded.published_at
