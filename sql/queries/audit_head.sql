-- Which event is the newest of the chain, as the database keeps it beside the events?
select event_id, hash, event_count from audit.head
