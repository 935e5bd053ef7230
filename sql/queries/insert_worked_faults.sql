-- Somebody accepts that these rows stay set aside. Answers how many entries of the quarantine, and how many rows, that is.
with added as (
    insert into raw.worked_fault (delivery_id, line_number, fault_code, at, actor, because)
    select row_fault.delivery_id, row_fault.line_number, row_fault.fault_code, :at, :actor, :because
    from raw.row_fault
    join raw.delivery using (delivery_id)
    where delivery.agency = :agency
      and (cast(:file_name as text) is null or delivery.file_name = :file_name)
      and (cast(:reason as text) is null or row_fault.fault_code = :reason)
      and (cast(:line_number as bigint) is null or row_fault.line_number = :line_number)
    on conflict do nothing
    returning delivery_id, line_number
)
select count(*) as entry_count, coalesce(sum(row_fault.row_count), 0)::bigint as row_count
from added
join raw.row_fault using (delivery_id, line_number)
