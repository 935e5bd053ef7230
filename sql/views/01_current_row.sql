-- Which version of each row counts? The newest: by business date, then the row's own version, then arrival.
create or replace view core.current_row as
select distinct on (agency, feed, record_key)
    delivery_id, line_number, agency, feed, record_key, is_never_happened, is_held, is_about_person
from core.accepted_row
order by agency, feed, record_key, business_date desc nulls last, version desc nulls last, delivery_id desc, line_number desc;
