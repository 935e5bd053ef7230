-- Under which other names did the bytes of the feed's newest accepted file come?
select repeated_file.file_name, newest.file_name as first_name, newest.business_date
from (
    select delivery_id, file_name, business_date
    from raw.delivery
    where agency = :agency and feed = :feed and status = 'accepted'
    order by delivery_id desc
    limit 1
) as newest
join raw.repeated_file using (delivery_id)
order by repeated_file.file_name
