-- These persons are told again: who founded them, since when they are known, whom they were part of, from which run on.
insert into core.person (person_id, founder_record_id, first_seen_at, split_from, first_run)
select given.person_id, given.founder_record_id, given.first_seen_at, given.split_from, given.first_run
from unnest(
    cast(:person_ids as text[]), cast(:founders as text[]), cast(:first_seen_ats as timestamptz[]),
    cast(:split_froms as text[]), cast(:first_runs as bigint[])
) as given (person_id, founder_record_id, first_seen_at, split_from, first_run)
on conflict (person_id) do update
set founder_record_id = excluded.founder_record_id, first_seen_at = excluded.first_seen_at,
    split_from = excluded.split_from, first_run = excluded.first_run, is_void = false
