-- How many points did this person have for the current list, and how many did the last entry have?
select
    standing.points, standing.position,
    (select min(points) from outreach.entry join outreach.current_list using (list_id)) as line_points
from outreach.standing
join outreach.current_list using (list_id)
where standing.person_id = :person_id
