-- Which rows of their own tell of encounters of these person records? Every version.
select distinct agency, feed, record_key, record_id
from core.encounter
where record_id = any(:record_ids) and agency || '/' || feed || '/' || record_key <> record_id
order by agency, feed, record_key, record_id
