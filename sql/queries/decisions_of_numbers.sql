-- Which decisions are these?
select decision_number, verdict, record_id_l, record_id_r, decided_by, decided_at
from core.decision
where decision_number = any(:decision_numbers)
order by decision_number
