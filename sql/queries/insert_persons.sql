-- Ids are given out for good; a run that looks back may give the same one again, and one that is void may be given anew.
insert into core.person (person_id, founder_record_id, first_seen_at, split_from, first_run)
select given.person_id, given.founder_record_id, given.first_seen_at, given.split_from, :run_number
from unnest(cast(:person_ids as text[]), cast(:founders as text[]), cast(:first_seen_ats as timestamptz[]), cast(:split_froms as text[]))
    as given (person_id, founder_record_id, first_seen_at, split_from)
on conflict (person_id) do update
set founder_record_id = excluded.founder_record_id, first_seen_at = excluded.first_seen_at,
    split_from = excluded.split_from, first_run = excluded.first_run, is_void = false
where person.is_void
