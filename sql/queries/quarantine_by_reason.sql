-- Where do quarantined rows come from?
select delivery.agency, delivery.feed, row_fault.fault_code, sum(row_fault.row_count)::bigint as row_count
from raw.row_fault
join raw.delivery using (delivery_id)
group by delivery.agency, delivery.feed, row_fault.fault_code
order by row_count desc, delivery.agency, delivery.feed, row_fault.fault_code
