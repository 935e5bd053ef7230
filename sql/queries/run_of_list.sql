-- Which run was this list made from?
select run.run_number, run.as_of, run.taken_in_number, run.decision_number, run.after_run, run.is_look_back,
    run.model_id, run.settings, run.code_version, run.at, run.actor, run.figures, list.previous_list_id, list.made_at
from outreach.list
join core.run using (run_number)
where list.list_id = :list_id
