-- Was this id ever given out?
select person_number from core.person where person_id = :person_id
