-- A list is made; nobody reads it until it is published. One that was made before stays as it is,
-- one that was withdrawn and comes out the same is there again.
insert into outreach.list (list_id, as_of, run_number, previous_list_id, code_version, model_id, content, made_at)
values (:list_id, :as_of, :run_number, :previous_list_id, :code_version, :model_id, cast(:content as json), :made_at)
on conflict (list_id) do update
set run_number = excluded.run_number, previous_list_id = excluded.previous_list_id, content = excluded.content,
    withdrawn_at = null, withdrawn_because = null, withdrawn_record_count = null, withdrawn_entry_count = null
where list.content is null
