-- Which items did a run find?
select * from core.review_item where run_number = :run_number order by item_id
