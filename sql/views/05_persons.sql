-- Which person is this id today, or was after a run (null: the last)? An id of a person found to be another leads on.
-- Today's question also follows ids that are void since a record was sealed; what a list is made from never does.
create or replace function core.person_after(id text, up_to_run bigint) returns text
language sql stable
as $$
    with recursive path (person_id, step) as (
        select id, 0
        union all
        select onward.into_person_id, path.step + 1
        from path
        join (
            select alias.person_id, alias.into_person_id
            from core.alias
            where up_to_run is null or alias.run_number <= up_to_run
            union all
            select lead.person_id, lead.into_person_id
            from core.lead
            join core.person using (person_id)
            where up_to_run is null and person.is_void
        ) as onward on onward.person_id = path.person_id
    )
    select person_id from path order by step desc limit 1
$$;

-- Which person is each record now? Records that may not be used for now have none.
create or replace view core.current_link as
select record_id, person_id from core.membership where until_run is null;

-- Which person was each record in a run?
create or replace function core.links_of(of_run bigint)
returns table (record_id text, person_id text)
language sql stable
as $$
    select membership.record_id, membership.person_id
    from core.membership
    where membership.from_run <= of_run
      and (membership.until_run is null or membership.until_run > of_run)
      and not exists (select 1 from core.run where run.run_number = of_run and run.is_look_back)
    union all
    select look_back_link.record_id, look_back_link.person_id
    from core.look_back_link
    where look_back_link.run_number = of_run
$$;
