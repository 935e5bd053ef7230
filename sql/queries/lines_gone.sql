-- Which lines of a file were rows once and are none any more?
select distinct accepted_row.line_number
from core.accepted_row
left join raw.delivered_row using (delivery_id, line_number)
where accepted_row.delivery_id = :delivery_id and delivered_row.delivery_id is null
order by accepted_row.line_number
