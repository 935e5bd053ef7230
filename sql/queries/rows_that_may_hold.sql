-- Which rows of an agency, as delivered, contain one of these texts?
select delivered_row.delivery_id, delivered_row.line_number, delivery.feed, delivery.file_name, delivered_row.payload
from raw.delivered_row
join raw.delivery using (delivery_id)
where delivery.agency = :agency
  and exists (
      select 1 from unnest(cast(:spellings as text[])) as given (spelling)
      where position(given.spelling in cast(delivered_row.payload as text)) > 0
  )
order by delivered_row.delivery_id, delivered_row.line_number
