-- What was done, when and by whom, the newest first?
select event_id, at, actor, act, facts from audit.event order by event_id desc
