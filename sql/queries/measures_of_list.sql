-- What was this list measured by?
select measures from outreach.measure where list_id = :list_id
