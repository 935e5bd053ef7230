-- Which files are these, how many rows do they hold, and how many do the files of the days around them hold (the median)?
select
    delivery.delivery_id, delivery.agency, delivery.feed, delivery.business_date, delivery.received_at, delivery.file_name,
    delivery.row_count, delivery.status, delivery.missing_columns,
    count(row_fault.line_number) as quarantined_count,
    count(row_fault.line_number) filter (where row_fault.fault_code = 'wrong_width') as wrong_width_count,
    (
        select percentile_cont(0.5) within group (order by near.row_count)
        from (
            select other.row_count
            from raw.delivery as other
            where other.agency = delivery.agency and other.feed = delivery.feed and other.delivery_id <> delivery.delivery_id
              and (other.status = 'accepted' or other.delivery_id = any(:delivery_ids))
            order by abs(other.business_date - delivery.business_date), other.business_date, other.sha256
            limit 7
        ) as near
    ) as usual_row_count
from raw.delivery
left join raw.row_fault using (delivery_id)
where delivery.delivery_id = any(:delivery_ids)
group by delivery.delivery_id
order by delivery.delivery_id
