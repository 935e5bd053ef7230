-- Is this file known? At most one row.
select delivery_id, file_name, status, coalesce(kept_sha256, sha256) as kept_sha256
from raw.delivery
where agency = :agency and feed = :feed and sha256 = :sha256
