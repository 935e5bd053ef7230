-- On lists that stay, what is said below the line of these persons rested on rows that are gone.
with knowing as (
    select list_id from outreach.list join core.run using (run_number) where run.taken_in_number >= :first_taken_in
),
excluded as (delete from outreach.exclusion where person_id = any(:person_ids) and list_id in (select list_id from knowing))
delete from outreach.standing
where person_id = any(:person_ids) and list_id in (select list_id from knowing)
  and not exists (select 1 from outreach.entry where entry.list_id = standing.list_id and entry.person_id = standing.person_id)
