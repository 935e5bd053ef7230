-- What was the list measured by that is current, or, where it was withdrawn, the last published of an earlier day? No row
-- where that one is older than the gate.
select measures
from outreach.measure
where list_id = coalesce(
    (select current_list.list_id from outreach.current_list),
    (
        select list.list_id
        from outreach.publication
        join outreach.list using (list_id)
        left join core.run using (run_number)
        where list.as_of < cast(:as_of as date) and list.content is not null and not coalesce(run.is_look_back, false)
        order by list.as_of desc, publication.published_at desc, list.told_again_at desc nulls last, list.run_number desc
        limit 1
    )
)
