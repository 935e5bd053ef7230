-- Which files of a feed did a person let in, and for what?
select let_in.delivery_id, let_in.findings
from raw.let_in
join raw.delivery using (delivery_id)
where delivery.agency = :agency and delivery.feed = :feed
order by let_in.delivery_id
