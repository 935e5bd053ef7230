-- Which person records do the rows on these lines tell of?
with place as (
    select place.delivery_id, place.line_number
    from unnest(cast(:delivery_ids as bigint[]), cast(:line_numbers as bigint[])) as place (delivery_id, line_number)
)
select record_id from core.person_record join place using (delivery_id, line_number)
union
select record_id from core.encounter join place using (delivery_id, line_number)
union
select encounter.record_id
from core.told_end
join place using (delivery_id, line_number)
join core.encounter using (encounter_id)
union
select record_id from core.condition join place using (delivery_id, line_number)
union
select record_id from core.consent join place using (delivery_id, line_number)
