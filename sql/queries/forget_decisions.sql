-- What never was, nobody decided about.
delete from core.decision where record_id_l = any(:record_ids) or record_id_r = any(:record_ids)
