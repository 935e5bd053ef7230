-- Which single values of these files are left out?
select delivery_id, line_number, column_name
from raw.dropped_value
join raw.delivery using (delivery_id)
where delivery_id = any(:delivery_ids) and feed = :feed
