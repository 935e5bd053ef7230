-- What was known with these files to have happened up to the end of this day, as far as it may be used?
select
    encounter.record_id, encounter.encounter_id, encounter.agency, encounter.is_part2, encounter.kind, encounter.occurred_at, encounter.ended_at,
    encounter.is_crisis, encounter.is_follow_up_requested, encounter.is_suicide_watch,
    encounter.setting_code, encounter.release_code, encounter.screen_code, encounter.outcome_code, encounter.urgency_code
from core.encounters_known(:taken_in_number) as encounter
where not encounter.is_held
  and (encounter.consent_until is null or encounter.consent_until >= :as_of)
  and encounter.occurred_at < :until
  and (not encounter.is_part2 or encounter.record_id in (select core.consented_records_known(:as_of, :taken_in_number)))
order by encounter.encounter_id
