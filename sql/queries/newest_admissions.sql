-- When was the last person admitted whom each of these rosters lists? And under which names did its bytes come?
select
    delivery.delivery_id, delivery.business_date, max(encounter.occurred_at) as newest_admission,
    array(
        select repeated_file.file_name from raw.repeated_file
        where repeated_file.delivery_id = delivery.delivery_id order by repeated_file.file_name
    ) as other_names
from raw.delivery
left join core.encounter using (delivery_id)
where delivery.delivery_id = any(:delivery_ids)
group by delivery.delivery_id
order by delivery.delivery_id
