-- These lists have no files any more.
delete from outreach.artifact where list_id = any(:list_ids)
