-- Which persons were found to be another one, up to a run?
select person_id, into_person_id from core.alias where run_number <= :run_number order by person_id
