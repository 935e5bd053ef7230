-- What was decided under this number, and was it taken back?
select
    decision.decision_number, decision.verdict, decision.record_id_l, decision.record_id_r, decision.item_id, decision.run_number,
    (select min(undo.decision_number) from core.decision as undo where undo.undoes = decision.decision_number) as undone_by
from core.decision
where decision.decision_number = :decision_number
