-- What became of each agency's files, and which business date did the newest accepted one have?
select
    agency, feed,
    count(*) filter (where status = 'accepted') as accepted_files,
    max(business_date) filter (where status = 'accepted' and business_date <= :as_of) as latest_business_date
from raw.delivery
where cast(:taken_in_number as bigint) is null or taken_in_number is null or taken_in_number <= :taken_in_number
group by agency, feed
