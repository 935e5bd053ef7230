-- That a list was published is kept for good.
insert into outreach.publication (list_id, published_at)
values (:list_id, :published_at)
on conflict (list_id) do nothing
