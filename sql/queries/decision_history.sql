-- What was decided, by whom, when and why: everything, or all about an item, a person (by today's records) or a record?
select
    decision.decision_number, decision.decided_at, decision.decided_by, decision.verdict, decision.record_id_l, decision.record_id_r,
    decision.because, decision.undoes, decision.item_id,
    (select min(undo.decision_number) from core.decision as undo where undo.undoes = decision.decision_number) as undone_by
from core.decision
where cast(:about as text) is null
   or cast(:about as text) in (decision.item_id, decision.record_id_l, decision.record_id_r)
   or exists (
       select 1
       from core.current_link as link
       where link.person_id = core.person_after(:about, null) and link.record_id in (decision.record_id_l, decision.record_id_r)
   )
order by decision.decision_number
