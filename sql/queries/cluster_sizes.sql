-- How many persons have how many records?
select record_count, count(*) as person_count
from (select count(*) as record_count from core.current_link group by person_id) as sizes
group by record_count
order by record_count
