-- Is this file known? At most one row.
select delivery_id, file_name, status
from raw.delivery
where agency = :agency and feed = :feed and sha256 = :sha256
