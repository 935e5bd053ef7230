-- How many files of these agencies could never be read, and are kept as they came?
select count(*)
from raw.delivery
where agency = any(:agencies)
  and exists (
      select 1 from raw.row_fault
      where row_fault.delivery_id = delivery.delivery_id and row_fault.line_number = 0 and row_fault.fault_code = 'unreadable'
  )
