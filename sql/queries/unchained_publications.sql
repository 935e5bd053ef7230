-- Which lists were published with a head that is no longer in the audit chain, the first one first?
select publication.list_id
from outreach.publication
where not exists (select 1 from audit.event where event.hash = publication.audit_hash)
order by publication.published_at, publication.list_id
