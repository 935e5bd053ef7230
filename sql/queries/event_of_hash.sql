-- Which event of the chain has this hash?
select event_id from audit.event where hash = :hash
