-- Which person records may be used for the list of this day? Known with these files, not held, within their consent.
select person_record.*
from core.person_records_known(:taken_in_number) as person_record
where not person_record.is_held
  and (person_record.consent_from is null or person_record.consent_from <= :as_of)
  and (person_record.consent_until is null or person_record.consent_until >= :as_of)
  and (person_record.recorded_at is null or person_record.recorded_at < :until)
  and (not person_record.is_part2 or person_record.record_id in (select core.consented_records_known(:as_of, :taken_in_number)))
order by person_record.record_id
