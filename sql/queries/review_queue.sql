-- Which items of the newest queue are open? Without those answered since, and contradictions settled since.
select item.*
from core.review_item as item
join core.run using (run_number)
where item.run_number = (select max(run_number) from core.run where not is_look_back)
  and item.position is not null
  and (cast(:kind as text) is null or item.kind = :kind)
  and not exists (
      select 1
      from core.decision
      where decision.record_id_l = item.record_id_l
        and decision.record_id_r = item.record_id_r
        and decision.decision_number > run.decision_number
        and decision.verdict <> 'undone'
        and not exists (select 1 from core.decision as undo where undo.undoes = decision.decision_number)
  )
  and not exists (
      select 1
      from json_array_elements_text(item.decision_numbers) as named (number)
      join core.decision as undo on undo.undoes = named.number::bigint
  )
order by item.position
