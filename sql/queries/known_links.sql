-- Which person was each record the last time it was linked?
select record_id, person_id from core.link order by record_id
