-- What do this person's records say? Not those that their sender merged away: they say nothing about who somebody is.
select person_record.*, link.person_id
from core.current_link as link
join core.current_person_record as person_record using (record_id)
where link.person_id = :person_id
  and not exists (
      select 1
      from core.merged_record
      where merged_record.record_id = link.record_id
        and merged_record.run_number = (select max(run.run_number) from core.run where not run.is_look_back)
  )
order by person_record.record_id
