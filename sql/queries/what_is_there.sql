-- Does the store hold anything that a restore would write over?
select
    (select count(*) from raw.delivery) as deliveries,
    (select count(*) from outreach.list) as lists,
    (select count(*) from audit.event) as audit_events
