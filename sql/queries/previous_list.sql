-- Which list of an earlier day was published last? Lists that look back, or were called back, do not count.
select list.list_id
from outreach.publication
join outreach.list using (list_id)
left join core.run using (run_number)
where list.as_of < :as_of
  and (cast(:known_at as timestamptz) is null or publication.published_at <= :known_at)
  and not coalesce(run.is_look_back, false)
  and list.withdrawn_at is null
order by list.as_of desc, publication.published_at desc, list.told_again_at desc nulls last, list.run_number desc
limit 1
