-- How many rows do the main tables hold? For the doctor.
select
    (select count(*) from raw.delivery) as deliveries,
    (select count(*) from raw.delivered_row) as delivered_rows,
    (select count(*) from core.current_person_record) as person_records,
    (select count(*) from core.current_encounter) as encounters,
    (select count(*) from core.current_link) as linked_records,
    (select count(distinct person_id) from core.current_link) as persons,
    (select count(*) from outreach.publication) as published_lists
