-- Which person number was given out last?
select coalesce(max(person_number), 0) from core.person
