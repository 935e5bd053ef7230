-- How many person records of each feed have a value in each field, of those taken in since the last list and of those before?
select
    agency, feed, (delivery_id > :up_to or delivery_id = any(:open_ids)) as is_new, count(*) as record_count,
    count(first_name) as first_name, count(middle_name) as middle_name, count(last_name) as last_name,
    count(birth_date) as birth_date, count(sex) as sex, count(ssn) as ssn, count(phone) as phone, count(email) as email,
    count(street_address) as street_address, count(city) as city, count(state) as state, count(postcode) as postcode
from core.current_person_record
where not is_part2 and not is_held
group by agency, feed, is_new
order by agency, feed, is_new
