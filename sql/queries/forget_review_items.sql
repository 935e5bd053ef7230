-- What was asked about these people, or would have touched them, rested on rows that are gone: in runs that knew them.
with knowing as (select run_number from core.run where taken_in_number >= :first_taken_in),
touched as (
    select run_number, item_id
    from core.review_item
    join knowing using (run_number)
    where person_id_l = any(:person_ids) or person_id_r = any(:person_ids)
    union
    select run_number, item_id
    from core.review_effect
    join knowing using (run_number)
    where person_id = any(:person_ids)
),
effects as (
    delete from core.review_effect using touched
    where (review_effect.run_number, review_effect.item_id) = (touched.run_number, touched.item_id)
)
delete from core.review_item using touched
where (review_item.run_number, review_item.item_id) = (touched.run_number, touched.item_id)
