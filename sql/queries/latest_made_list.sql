-- Which list was made last, of the latest day? None that was withdrawn, or told again for nobody to see.
select list_id from outreach.list where content is not null and told_again_at is null order by as_of desc, made_number desc limit 1
