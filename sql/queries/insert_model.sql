-- A model is kept for good; the same one is kept once.
insert into core.linkage_model (model_id, content, trained_at)
values (:model_id, cast(:content as json), :trained_at)
on conflict (model_id) do nothing
