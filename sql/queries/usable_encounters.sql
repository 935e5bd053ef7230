-- What was known with these files to have happened up to the end of this day, as far as it may be used? It ended when its own
-- row says; else at the latest end that other rows tell of it, not before it began or a roster saw it last, those that are still
-- to come last of all. A stay that only rosters tell of has ended when it was first not seen, for a reason nobody told, and is
-- certain until it was last seen. Last told is the day of the newest file that has it, or its end.
with stay as materialized (select * from core.stays_known(:taken_in_number)),
elsewhere as materialized (
    select distinct on (encounter.encounter_id)
        encounter.encounter_id, told_end.ended_at, told_end.release_code, accepted_row.business_date
    from core.ends_known(:taken_in_number) as told_end
    join core.accepted_row using (delivery_id, line_number, from_number)
    join core.encounters_known(:taken_in_number) as encounter using (encounter_id)
    left join stay on (stay.delivery_id, stay.line_number) = (encounter.delivery_id, encounter.line_number)
    where encounter.ended_at is null and told_end.latest_at >= greatest(encounter.occurred_at, stay.last_seen_at)
      and not told_end.is_held
      and (told_end.consent_until is null or told_end.consent_until >= :as_of)
      and (not told_end.is_part2 or encounter.record_id in (select core.consented_records_known(:as_of, :taken_in_number)))
    order by
        encounter.encounter_id, told_end.ended_at < :until desc, told_end.ended_at desc,
        told_end.release_code nulls last, accepted_row.business_date desc nulls last
)
select
    encounter.record_id, encounter.encounter_id, encounter.agency, encounter.is_part2, encounter.kind, encounter.occurred_at,
    coalesce(encounter.ended_at, elsewhere.ended_at, stay.first_not_seen_at) as ended_at,
    case
        when encounter.ended_at is null and elsewhere.ended_at is null and stay.delivery_id is not null
        then greatest(encounter.occurred_at, stay.last_seen_at)
    end as last_seen_at,
    greatest(
        encounter.occurred_at, stay.last_seen_at,
        cast(greatest(accepted_row.business_date, elsewhere.business_date) as timestamp) at time zone 'UTC'
    ) as last_told_at,
    encounter.is_crisis, encounter.is_follow_up_requested, encounter.is_suicide_watch,
    encounter.setting_code,
    case
        when elsewhere.ended_at is not null
        then coalesce(elsewhere.release_code, encounter.release_code)
        when encounter.ended_at is null and stay.first_not_seen_at is not null
        then coalesce(encounter.release_code, 'left_unknown')
        else encounter.release_code
    end as release_code,
    encounter.screen_code, encounter.outcome_code, encounter.urgency_code
from core.encounters_known(:taken_in_number) as encounter
join core.accepted_row using (delivery_id, line_number, from_number)
left join stay using (delivery_id, line_number)
left join elsewhere using (encounter_id)
where not encounter.is_held
  and (encounter.consent_until is null or encounter.consent_until >= :as_of)
  and encounter.occurred_at < :until
  and (not encounter.is_part2 or encounter.record_id in (select core.consented_records_known(:as_of, :taken_in_number)))
order by encounter.encounter_id
