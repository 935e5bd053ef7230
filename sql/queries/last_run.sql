-- Which run moved the registry last, of those that knew no more than this?
select run_number, as_of, taken_in_number, decision_number
from core.run
where not is_look_back and taken_in_number <= :taken_in_number and decision_number <= :decision_number
order by run_number desc
limit 1
