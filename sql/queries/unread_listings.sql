-- Whose stays may those rows of a roster name that were set aside when it was read last?
select line_number, record_key
from core.unread_listings_known(null)
where delivery_id = :delivery_id
order by line_number
