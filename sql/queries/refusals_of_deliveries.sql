-- Which of these files were refused, and why?
select refused_message from raw.delivery
where delivery_id = any(:delivery_ids) and status = 'refused'
order by delivery_id
