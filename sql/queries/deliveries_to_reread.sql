-- Which files may say more once a declaration is corrected? Those with anything set aside or left out, or (asked for) all.
select
    delivery.delivery_id, delivery.agency, delivery.feed, delivery.file_name, delivery.sha256,
    coalesce(delivery.kept_sha256, delivery.sha256) as kept_sha256, delivery.status, delivery.received_at
from raw.delivery
where delivery.agency = any(:agencies)
  and (cast(:file_name as text) is null or delivery.file_name = :file_name)
  and (delivery.status <> 'accepted'
       or :is_every_file
       or exists (select 1 from raw.row_fault where row_fault.delivery_id = delivery.delivery_id)
       or exists (select 1 from raw.dropped_value where dropped_value.delivery_id = delivery.delivery_id))
order by delivery.agency, delivery.delivery_id
