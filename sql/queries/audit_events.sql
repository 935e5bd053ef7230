-- What was done, in order?
select event_id, at, actor, act, facts from audit.event order by event_id
