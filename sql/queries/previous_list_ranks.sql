-- Who stood where on that list, by the ids that hold after this run? Of two who are one by now, the better rank counts.
select core.person_after(entry.person_id, :run_number) as person_id, min(entry.rank) as rank
from outreach.entry
where entry.list_id = :list_id
group by 1
