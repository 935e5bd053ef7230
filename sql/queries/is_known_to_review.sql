-- Is this the id of an item, a person or a record that was ever here?
select exists (select 1 from core.review_item where item_id = :about)
    or exists (select 1 from core.decision where :about in (item_id, record_id_l, record_id_r))
    or exists (select 1 from core.person where person_id = :about)
    or exists (select 1 from core.membership where record_id = :about)
