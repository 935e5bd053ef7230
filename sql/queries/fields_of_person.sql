-- What is the best value of each field of this person, and which record is it from?
select field, value, from_record_id from core.person_field where person_id = :person_id order by field
