-- What withdrawn lists were measured by is needed no longer.
delete from outreach.measure where list_id in (select list_id from outreach.list where withdrawn_at is not null)
