-- A record gets a tombstone; one that was lifted stands again.
insert into core.tombstone (mark, agency, feed, cause, at, sealing_number)
values (:mark, :agency, :feed, :cause, :at, :sealing_number)
on conflict (mark) do update
set cause = excluded.cause, at = excluded.at, sealing_number = excluded.sealing_number, lifted_at = null
