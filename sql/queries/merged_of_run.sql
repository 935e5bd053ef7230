-- Which records did this run take for others by their sender's word?
select record_id, into_record_id from core.merged_record where run_number = :run_number order by record_id
