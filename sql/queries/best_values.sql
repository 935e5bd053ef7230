-- What is the best value of each field of every person linked now?
select person_id, field, value from core.person_field
