-- What does this linkage model say, as the text it was kept as?
select cast(content as text) from core.linkage_model where model_id = :model_id
