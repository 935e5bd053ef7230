-- The kept file of these bytes was rewritten without sealed rows.
update raw.delivery set kept_sha256 = :kept_sha256 where sha256 = :sha256
