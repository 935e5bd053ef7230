-- How many rows are set aside for which reason, by week of their business date (else of their receipt)? Open and worked.
select
    delivery.agency, delivery.feed, row_fault.fault_code as reason,
    date_trunc('week', coalesce(delivery.business_date, (delivery.received_at at time zone 'utc')::date))::date as week,
    coalesce(sum(row_fault.row_count) filter (where worked_fault.delivery_id is null), 0)::bigint as open_count,
    coalesce(sum(row_fault.row_count) filter (where worked_fault.delivery_id is not null), 0)::bigint as worked_count
from raw.row_fault
join raw.delivery using (delivery_id)
left join raw.worked_fault using (delivery_id, line_number, fault_code)
where (cast(:agency as text) is null or delivery.agency = :agency)
  and (cast(:reason as text) is null or row_fault.fault_code = :reason)
  and (cast(:since as date) is null or coalesce(delivery.business_date, (delivery.received_at at time zone 'utc')::date) >= :since)
group by delivery.agency, delivery.feed, reason, week
order by delivery.agency, delivery.feed, reason, week
