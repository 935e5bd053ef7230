-- Which records do senders say are others by now, with the files taken in up to a number? Newest versions only.
select distinct record_id, into_record_id
from core.sender_merges_known(:taken_in_number)
order by record_id, into_record_id
