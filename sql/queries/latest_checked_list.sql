-- Which list was looked at last, of the latest day?
select list.list_id
from outreach.list
where exists (select 1 from outreach.gate_check where gate_check.list_id = list.list_id)
order by list.as_of desc, list.made_number desc
limit 1
