-- Which list was made last, of the latest day?
select list_id from outreach.list order by as_of desc, made_number desc limit 1
