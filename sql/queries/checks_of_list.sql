-- What did the checks of this list find?
select check_name, agency, is_passed, measured, limit_value, found, advice
from outreach.gate_check
where list_id = :list_id
order by position
