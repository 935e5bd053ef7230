-- Which single values of these files, between these lines, are left out?
select delivery_id, line_number, column_name
from raw.dropped_value
where delivery_id = any(:delivery_ids) and line_number between :first_line and :last_line
