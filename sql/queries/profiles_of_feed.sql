-- What did a feed's latest files look like, and any of these? The oldest first, with what became of them.
select ranked.delivery_id, ranked.file_name, ranked.business_date, ranked.status, ranked.is_let_in, file_profile.profile
from (
    select
        delivery.*, let_in.delivery_id is not null as is_let_in, row_number() over (order by delivery.delivery_id desc) as age
    from raw.delivery
    join raw.file_profile using (delivery_id)
    left join raw.let_in using (delivery_id)
    where delivery.agency = :agency and delivery.feed = :feed
) as ranked
join raw.file_profile using (delivery_id)
where ranked.age <= :most or ranked.delivery_id >= :from_delivery_id
order by ranked.delivery_id
