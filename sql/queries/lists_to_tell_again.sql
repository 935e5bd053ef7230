-- Which lists will the next ones be compared with? The last published of the last two days, if its run knew rows now gone.
select list_id, as_of, run_number, published_at, settings
from (
    select distinct on (list.as_of)
        list.list_id, list.as_of, list.run_number, publication.published_at, run.settings, run.taken_in_number
    from outreach.publication
    join outreach.list using (list_id)
    join core.run using (run_number)
    where not run.is_look_back
    order by list.as_of desc, publication.published_at desc, list.told_again_at desc nulls last, list.run_number desc
) as last_of_day
where taken_in_number >= :first_taken_in
  and as_of >= (
      select min(as_of) from (
          select distinct list.as_of from outreach.publication join outreach.list using (list_id) order by list.as_of desc limit 2
      ) as last_days
  )
  and exists (select 1 from core.links_of(run_number))
order by as_of
