-- Of which day is this roster, as it was read last?
select named_for, observed_on, earliest_at, latest_at
from core.snapshots_known(null)
where delivery_id = :delivery_id
