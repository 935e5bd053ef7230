-- Which version of each row counts, of what was taken in up to a number (null: of all)? The newest: by business date (of
-- a roster, the day it is of), then the row's own version, then arrival. One that gives way counts only where no other is.
-- A row that was read anew counts as its last reading up to the number says.
create or replace function core.rows_known(up_to bigint)
returns table (
    delivery_id bigint, line_number bigint, agency text, feed text, record_key text,
    is_never_happened boolean, is_held boolean, is_about_person boolean, is_yielding boolean, from_number bigint
)
language sql stable
as $$
    select distinct on (accepted_row.agency, accepted_row.feed, accepted_row.record_key)
        accepted_row.delivery_id, accepted_row.line_number, accepted_row.agency, accepted_row.feed, accepted_row.record_key,
        accepted_row.is_never_happened, accepted_row.is_held, accepted_row.is_about_person, accepted_row.is_yielding,
        accepted_row.from_number
    from core.accepted_row
    left join core.snapshots_known(up_to) as snapshot using (delivery_id)
    where (accepted_row.until_number is null or accepted_row.until_number > up_to)
      and (up_to is null
           or (accepted_row.from_number <= up_to
               and accepted_row.delivery_id in (select delivery.delivery_id from raw.delivery where delivery.taken_in_number <= up_to)))
    order by
        accepted_row.agency, accepted_row.feed, accepted_row.record_key, accepted_row.is_yielding,
        coalesce(snapshot.observed_on, accepted_row.business_date) desc nulls last,
        accepted_row.version desc nulls last, accepted_row.delivery_id desc, accepted_row.line_number desc
$$;

create or replace view core.current_row as select * from core.rows_known(null);
