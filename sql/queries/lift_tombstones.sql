-- These tombstones no longer refuse anything; that they stood is kept.
update core.tombstone set lifted_at = :at where mark = any(:marks) and lifted_at is null
