-- What was done, when, by whom and why, the newest first?
select event_id, at, actor, act, why, facts
from audit.event
where (cast(:since as timestamptz) is null or at >= :since)
  and (cast(:act as text) is null or act = :act)
order by event_id desc
limit :at_most
