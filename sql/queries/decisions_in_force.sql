-- What have people decided about pairs of records, up to a number? The newest decision on a pair that was not undone.
select distinct on (record_id_l, record_id_r) record_id_l, record_id_r, verdict, decision_number
from core.decision
where decision_number <= :decision_number
  and verdict <> 'undone'
  and not exists (
      select 1 from core.decision as undo
      where undo.undoes = decision.decision_number and undo.decision_number <= :decision_number
  )
order by record_id_l, record_id_r, decision_number desc
