-- What became of each agency's files, and which business date did the newest accepted one have? Of a roster, the day it is of.
select
    delivery.agency, delivery.feed,
    count(*) filter (where delivery.status = 'accepted') as accepted_files,
    max(coalesce(snapshot.observed_on, delivery.business_date)) filter (
        where delivery.status = 'accepted' and coalesce(snapshot.observed_on, delivery.business_date) <= :as_of
    ) as latest_business_date
from raw.delivery
left join core.snapshots_known(:taken_in_number) as snapshot using (delivery_id)
where cast(:taken_in_number as bigint) is null or delivery.taken_in_number is null or delivery.taken_in_number <= :taken_in_number
group by delivery.agency, delivery.feed
