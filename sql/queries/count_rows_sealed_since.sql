-- How many rows that a run knew were sealed since its list was made?
select coalesce(sum(sealed_rows.row_count), 0)
from core.sealed_rows
join core.sealing using (sealing_number)
join raw.delivery using (delivery_id)
where delivery.taken_in_number <= :taken_in_number and sealing.at >= :made_at
