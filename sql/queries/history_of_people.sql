-- Who was who from run to run, of everybody whose person ever was these records' person, directly or by way of others?
with recursive concerned (record_id) as (
    select unnest(cast(:record_ids as text[]))
    union
    select other.record_id
    from concerned
    join core.membership as own using (record_id)
    join core.membership as other on other.person_id = own.person_id
)
select membership.*
from core.membership
join concerned using (record_id)
order by membership.record_id, membership.from_run
