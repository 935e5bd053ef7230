-- Pairs and looks back in which these records took part are gone.
with pairs as (delete from core.scored_pair where record_id_l = any(:record_ids) or record_id_r = any(:record_ids)),
     taken as (delete from core.merged_record where record_id = any(:record_ids) or into_record_id = any(:record_ids)),
     merges as (delete from core.sender_merge where record_id = any(:record_ids) or into_record_id = any(:record_ids))
delete from core.look_back_link where record_id = any(:record_ids)
