-- Of which pairs could nobody tell, up to a number, and what was known then?
select in_force.record_id_l, in_force.record_id_r, item.match_weight, coalesce(item.evidence_hash, '') as evidence_hash
from (
    select distinct on (record_id_l, record_id_r) *
    from core.decision
    where decision_number <= :decision_number
      and verdict <> 'undone'
      and not exists (
          select 1 from core.decision as undo
          where undo.undoes = decision.decision_number and undo.decision_number <= :decision_number
      )
    order by record_id_l, record_id_r, decision_number desc
) as in_force
left join core.review_item as item on item.item_id = in_force.item_id and item.run_number = in_force.run_number
where in_force.verdict = 'cannot_tell'
order by in_force.record_id_l, in_force.record_id_r
