-- A record gets a tombstone; one that was lifted stands again.
insert into core.tombstone (mark, agency, feed, cause, at, sealing_number, because_of)
values (:mark, :agency, :feed, :cause, :at, :sealing_number, :because_of)
on conflict (mark) do update
set cause = excluded.cause, at = excluded.at, sealing_number = excluded.sealing_number, because_of = excluded.because_of, lifted_at = null
