-- A run is ranked again: what its items would change is found out afresh.
delete from core.review_effect where run_number = :run_number
