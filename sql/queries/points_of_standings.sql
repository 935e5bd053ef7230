-- How many people had how many points for this list?
select points, count(*) as person_count from outreach.standing where list_id = :list_id group by points order by points
