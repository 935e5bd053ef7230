-- Which person records may be used for the list of this day? Those not held, within their consent, known by then.
select person_record.*
from core.current_person_record as person_record
where not person_record.is_held
  and (person_record.consent_from is null or person_record.consent_from <= :as_of)
  and (person_record.consent_until is null or person_record.consent_until >= :as_of)
  and (person_record.recorded_at is null or person_record.recorded_at < :until)
  and (not person_record.is_part2 or person_record.record_id in (select core.consented_records(:as_of)))
order by person_record.record_id
