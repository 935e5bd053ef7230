-- Which files are known?
select delivery_id from raw.delivery order by delivery_id
