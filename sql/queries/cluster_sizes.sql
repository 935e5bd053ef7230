-- How many persons had how many records in a run?
select record_count, count(*) as person_count
from (select count(*) as record_count from core.links_of(:run_number) group by person_id) as sizes
group by record_count
order by record_count
