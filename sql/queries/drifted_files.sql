-- Which files of this name were refused because they had drifted? The newest first.
select delivery_id, feed
from raw.delivery
where agency = :agency and file_name = :file_name and status = 'refused' and refused_code = 'drifted'
order by delivery_id desc
