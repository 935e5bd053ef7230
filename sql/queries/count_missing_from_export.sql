-- How many records of a feed are known, with the files taken in up to a number, and stand in no file of this export?
select count(*)
from core.rows_known(:taken_in_number) as known
where known.agency = :agency and known.feed = :feed and not known.is_never_happened
  and not exists (
      select 1
      from core.accepted_row
      join raw.delivery using (delivery_id)
      where accepted_row.agency = known.agency and accepted_row.feed = known.feed
        and accepted_row.record_key = known.record_key
        and starts_with(delivery.file_name, cast(:export as text) || '/')
  )
