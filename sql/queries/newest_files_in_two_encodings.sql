-- Which feeds' newest files, with those taken in up to a number, hold lines that were read in the feed's other encoding?
select agency, feed, other_encoding_lines
from (
    select distinct on (agency, feed) agency, feed, other_encoding_lines
    from raw.delivery
    where status = 'accepted' and taken_in_number <= :taken_in_number
    order by agency, feed, business_date desc nulls last, delivery_id desc
) as newest
where other_encoding_lines > 0
order by agency, feed
