-- Which files are these, and how many rows do they hold?
select
    delivery.delivery_id, delivery.agency, delivery.feed, delivery.business_date, delivery.received_at, delivery.file_name, delivery.row_count, delivery.status, delivery.missing_columns,
    count(row_fault.line_number) as quarantined_count,
    count(row_fault.line_number) filter (where row_fault.fault_code = 'wrong_width') as wrong_width_count
from raw.delivery
left join raw.row_fault using (delivery_id)
where delivery.delivery_id = any(:delivery_ids)
group by delivery.delivery_id
order by delivery.delivery_id
