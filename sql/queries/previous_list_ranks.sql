-- Who stood where on the list of an earlier day that was published last?
select entry.person_id, entry.rank
from outreach.entry
where entry.list_id = (
    select list_id from outreach.publication
    join outreach.list using (list_id)
    where list.as_of < :as_of
    order by list.as_of desc, publication.published_at desc
    limit 1
)
