-- What is decided about this pair: the newest decision that was not taken back?
select decision_number, verdict, decided_by, decided_at
from core.decision
where record_id_l = :record_id_l
  and record_id_r = :record_id_r
  and verdict <> 'undone'
  and not exists (select 1 from core.decision as undo where undo.undoes = decision.decision_number)
order by decision_number desc
limit 1
