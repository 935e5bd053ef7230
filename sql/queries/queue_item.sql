-- Which item of the newest queue has this id? At most one row.
select item.*, run.decision_number as known_decision_number
from core.review_item as item
join core.run using (run_number)
where item.item_id = :item_id
  and item.run_number = (select max(run_number) from core.run where not is_look_back)
