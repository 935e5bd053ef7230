-- What would the answers to a run's items change, for whom?
select effect.*, item.kind
from core.review_effect as effect
join core.review_item as item using (run_number, item_id)
where effect.run_number = :run_number
order by item.position, array_position(array['stays', 'parts', 'joins', 'enters', 'leaves'], effect.role), effect.place_in_role
