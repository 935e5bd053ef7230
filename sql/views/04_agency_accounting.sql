-- Where did every delivered row go? delivered = accepted + quarantined + retracted, per agency.
-- A file that a broken-off run left on its way counts once a run has decided about it.
create or replace view audit.agency_accounting as
with delivered as (
    select
        agency,
        sum(row_count) as delivered,
        count(*) as files,
        count(*) filter (where status in ('refused', 'held_back')) as files_refused,
        sum((select count(*) from raw.repeated_file where repeated_file.delivery_id = delivery.delivery_id)) as files_repeated
    from raw.delivery
    where status in ('accepted', 'refused', 'held_back')
    group by agency
),
quarantined as (
    select delivery.agency, sum(row_fault.row_count) as quarantined
    from raw.row_fault
    join raw.delivery using (delivery_id)
    where delivery.status in ('accepted', 'refused', 'held_back')
    group by delivery.agency
),
kept as (
    select agency, count(*) as all_versions
    from core.accepted_row
    where until_number is null
    group by agency
),
counting as (
    select
        agency,
        count(*) filter (where not is_never_happened) as accepted,
        count(*) filter (where not is_never_happened and is_held) as held,
        count(*) filter (where not is_never_happened and not is_about_person) as not_about_person
    from core.current_row
    group by agency
),
dropped as (  -- an end before its beginning is left out, in its own row or in another
    select agency, count(*) as dropped_values
    from (
        select delivery.agency
        from raw.dropped_value
        join raw.delivery using (delivery_id)
        union all
        select told_end.agency
        from core.current_told_end as told_end
        join core.current_encounter as encounter using (encounter_id)
        where told_end.latest_at < encounter.occurred_at
    ) as value
    group by agency
)
select
    delivered.agency,
    delivered.delivered::bigint as delivered,
    coalesce(counting.accepted, 0)::bigint as accepted,
    coalesce(quarantined.quarantined, 0)::bigint as quarantined,
    (coalesce(kept.all_versions, 0) - coalesce(counting.accepted, 0))::bigint as retracted,
    coalesce(counting.held, 0)::bigint as held,
    coalesce(counting.not_about_person, 0)::bigint as not_about_person,
    delivered.files::bigint as files,
    delivered.files_refused::bigint as files_refused,
    delivered.files_repeated::bigint as files_repeated,
    coalesce(dropped.dropped_values, 0)::bigint as dropped_values
from delivered
left join quarantined using (agency)
left join kept using (agency)
left join counting using (agency)
left join dropped using (agency);
