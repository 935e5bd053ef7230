-- Which of the rows set aside are asked for, where do they stand, what is to be done, and did somebody accept it?
select
    delivery.agency, delivery.feed, delivery.file_name as file, nullif(row_fault.line_number, 0) as line,
    row_fault.row_count, row_fault.column_name as column, row_fault.fault_code as reason, row_fault.message,
    worked_fault.delivery_id is not null as is_worked
from raw.row_fault
join raw.delivery using (delivery_id)
left join raw.worked_fault using (delivery_id, line_number, fault_code)
where (cast(:agency as text) is null or delivery.agency = :agency)
  and (cast(:file_name as text) is null or delivery.file_name = :file_name)
  and (cast(:reason as text) is null or row_fault.fault_code = :reason)
  and (cast(:since as date) is null or coalesce(delivery.business_date, (delivery.received_at at time zone 'utc')::date) >= :since)
order by delivery.agency, delivery.feed, delivery.file_name, delivery.delivery_id, row_fault.line_number
