-- What did the linkage for this day tell about itself?
select model_id, figures from core.resolution where as_of = :as_of
