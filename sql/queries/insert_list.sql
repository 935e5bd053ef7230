-- A list is made; nobody reads it until it is published. One that was made before stays as it is.
insert into outreach.list (list_id, as_of, run_number, previous_list_id, code_version, model_id, content, made_at)
values (:list_id, :as_of, :run_number, :previous_list_id, :code_version, :model_id, cast(:content as json), :made_at)
on conflict (list_id) do nothing
