-- Which lists had an entry that rested on these records, made from a run that knew the rows now gone?
select list.list_id
from outreach.list
left join core.run using (run_number)
where list.withdrawn_at is null
  and coalesce(run.taken_in_number, :first_taken_in) >= :first_taken_in
  and exists (
      select 1
      from json_array_elements(list.content -> 'entries') as entry, json_array_elements_text(entry -> 'record_keys') as record_id
      where record_id = any(:record_ids)
  )
order by list.as_of, list.list_id
