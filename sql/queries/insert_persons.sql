-- Ids are given out for good; a run that looks back may give the same one again.
insert into core.person (person_id, founder_record_id, first_seen_at, split_from, first_run)
select given.person_id, given.founder_record_id, given.first_seen_at, given.split_from, :run_number
from unnest(cast(:person_ids as text[]), cast(:founders as text[]), cast(:first_seen_ats as timestamptz[]), cast(:split_froms as text[]))
    as given (person_id, founder_record_id, first_seen_at, split_from)
on conflict (person_id) do nothing
