-- What does the list of an earlier day say that was published last?
select list.content
from outreach.publication
join outreach.list using (list_id)
where list.as_of < :as_of
order by list.as_of desc, publication.published_at desc
limit 1
