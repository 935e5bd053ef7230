-- After which run did this run come? 0 for the first.
select coalesce(after_run, 0) from core.run where run_number = :run_number
