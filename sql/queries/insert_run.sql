-- A linkage of everybody begins its row; answers its number.
insert into core.run (as_of, taken_in_number, decision_number, after_run, is_look_back, model_id, settings, code_version, at, actor, figures)
values (:as_of, :taken_in_number, :decision_number, :after_run, :is_look_back, :model_id, cast(:settings as json), :code_version, :at, :actor, cast(:figures as json))
returning run_number
