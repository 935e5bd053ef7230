-- How many person records are kept out for lack of a consent of their own?
select count(*)
from core.person_records_known(:taken_in_number)
where not is_part2
  and (recorded_at is null or recorded_at < :until)
  and (is_held or consent_until < :as_of or consent_from > :as_of)
