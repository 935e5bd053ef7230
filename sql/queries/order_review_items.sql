-- Items get their place in the queue, by what their answers would change.
update core.review_item
set position = given.position,
    is_crossing = given.is_crossing,
    crossing_person_id = given.crossing_person_id,
    points_change = given.points_change
from unnest(
    cast(:item_ids as text[]), cast(:are_crossing as boolean[]), cast(:crossing_person_ids as text[]), cast(:points_changes as bigint[])
) with ordinality as given (item_id, is_crossing, crossing_person_id, points_change, position)
where review_item.run_number = :run_number and review_item.item_id = given.item_id
