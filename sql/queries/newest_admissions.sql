-- When was the last person admitted whom each of these rosters lists, as it was read last? And under which names did its
-- bytes come?
select
    delivery.delivery_id, delivery.business_date, max(encounter.occurred_at) as newest_admission,
    array(
        select repeated_file.file_name from raw.repeated_file
        where repeated_file.delivery_id = delivery.delivery_id order by repeated_file.file_name
    ) as other_names
from raw.delivery
left join (
    select encounter.delivery_id, encounter.occurred_at
    from core.encounter
    join core.accepted_row using (delivery_id, line_number, from_number)
    where accepted_row.until_number is null
) as encounter using (delivery_id)
where delivery.delivery_id = any(:delivery_ids)
group by delivery.delivery_id
order by delivery.delivery_id
