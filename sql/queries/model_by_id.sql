-- Which model is this?
select content from core.linkage_model where model_id = :model_id
