-- Which number has the next taking in?
select nextval('raw.taken_in_number')
