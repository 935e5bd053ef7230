-- Which run moved the registry last?
select run_number, as_of, taken_in_number, decision_number
from core.run
where not is_look_back
order by run_number desc
limit 1
