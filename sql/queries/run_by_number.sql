-- What did this run know, and how was it set?
select run_number, as_of, taken_in_number, decision_number, after_run, is_look_back, model_id, settings, code_version, at, figures
from core.run
where run_number = :run_number
