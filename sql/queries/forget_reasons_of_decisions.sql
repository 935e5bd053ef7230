-- Nobody came to a person by a decision about these records, or because of them.
update core.membership
set because_record_id = null, blocking_rule = null, match_weight = null, decision_number = null
where because_record_id = any(:record_ids)
   or decision_number in (
       select decision_number from core.decision where record_id_l = any(:record_ids) or record_id_r = any(:record_ids)
   )
