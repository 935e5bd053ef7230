-- How many rows as delivered stand on these lines, per file? With the file's bytes and when it was taken in.
select delivery.delivery_id, delivery.agency, delivery.feed, delivery.sha256,
    coalesce(delivery.kept_sha256, delivery.sha256) as kept_sha256, delivery.taken_in_number, count(*) as row_count
from unnest(cast(:delivery_ids as bigint[]), cast(:line_numbers as bigint[])) as place (delivery_id, line_number)
join raw.delivered_row using (delivery_id, line_number)
join raw.delivery using (delivery_id)
group by delivery.delivery_id
order by delivery.delivery_id
