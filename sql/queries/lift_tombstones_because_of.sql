-- Nor do those that stood because of them.
update core.tombstone set lifted_at = :at where because_of = any(:marks) and lifted_at is null
