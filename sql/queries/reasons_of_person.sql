-- Why is this person on the current list?
select entry.rank, entry.team, entry.held_over, reason.factor, reason.points, reason.sentence, reason.latest_at
from outreach.reason
join outreach.entry using (list_id, person_id)
join outreach.current_list using (list_id)
where reason.person_id = :person_id
order by reason.points desc, reason.factor
