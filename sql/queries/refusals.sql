-- Which files were refused, and why?
select agency, feed, file_name, refused_code, refused_message
from raw.delivery
where status = 'refused'
order by agency, feed, file_name, delivery_id
