-- Which version of each row counts, of the files taken in up to a number (null: of all)? The newest: by business date (of
-- a roster, the day it is of), then the row's own version, then arrival. One that gives way counts only where no other is.
create or replace function core.rows_known(up_to bigint)
returns table (
    delivery_id bigint, line_number bigint, agency text, feed text, record_key text,
    is_never_happened boolean, is_held boolean, is_about_person boolean, is_yielding boolean
)
language sql stable
as $$
    select distinct on (accepted_row.agency, accepted_row.feed, accepted_row.record_key)
        accepted_row.delivery_id, accepted_row.line_number, accepted_row.agency, accepted_row.feed, accepted_row.record_key,
        accepted_row.is_never_happened, accepted_row.is_held, accepted_row.is_about_person, accepted_row.is_yielding
    from core.accepted_row
    left join core.snapshots_known(up_to) as snapshot using (delivery_id)
    where up_to is null
       or accepted_row.delivery_id in (select delivery.delivery_id from raw.delivery where delivery.taken_in_number <= up_to)
    order by
        accepted_row.agency, accepted_row.feed, accepted_row.record_key, accepted_row.is_yielding,
        coalesce(snapshot.observed_on, accepted_row.business_date) desc nulls last,
        accepted_row.version desc nulls last, accepted_row.delivery_id desc, accepted_row.line_number desc
$$;

create or replace view core.current_row as select * from core.rows_known(null);
