-- Was this id ever given out, and which person is it now?
select person_id, core.person_after(person_id, null) as person_now, first_seen_at, split_from from core.person where person_id = :person_id
