-- These records are no longer who they were.
update core.membership set until_run = :run_number where until_run is null and record_id = any(:record_ids)
