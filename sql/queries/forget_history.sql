-- The history of these records and persons is about to be told again.
with aliases as (delete from core.alias where person_id = any(:person_ids) or into_person_id = any(:person_ids)),
     followed as (delete from core.lead where person_id = any(:person_ids))
delete from core.membership where record_id = any(:record_ids)
