-- What the linkage for a day told about itself.
insert into core.resolution (as_of, model_id, figures)
values (:as_of, :model_id, cast(:figures as json))
on conflict (as_of) do update set model_id = excluded.model_id, figures = excluded.figures
