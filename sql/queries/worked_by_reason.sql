-- How many of the rows set aside did somebody look at and accept, by reason?
select delivery.agency, delivery.feed, row_fault.fault_code, sum(row_fault.row_count)::bigint as row_count
from raw.row_fault
join raw.delivery using (delivery_id)
join raw.worked_fault using (delivery_id, line_number, fault_code)
group by delivery.agency, delivery.feed, row_fault.fault_code
order by delivery.agency, delivery.feed, row_fault.fault_code
