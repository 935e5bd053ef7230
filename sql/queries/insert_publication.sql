-- That a list was published is kept for good, with the head of the audit chain: events cut off later are missed.
insert into outreach.publication (list_id, published_at, audit_hash)
select :list_id, :published_at, head.hash
from audit.head
on conflict (list_id) do nothing
