-- These ids were given only because of a sealed record: they count in no naming from now on.
update core.person set is_void = true, founder_record_id = null, split_from = null, first_seen_at = :at
where person_id = any(:person_ids)
