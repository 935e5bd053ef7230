-- Which files belonged to these lists and to no other? They are named no longer.
with gone as (delete from outreach.artifact where list_id = any(:list_ids) returning sha256)
select distinct sha256 from gone
where sha256 not in (select sha256 from outreach.artifact where not list_id = any(:list_ids))
