-- Which refused files were followed by a good one of the same feed and business date?
select refused.delivery_id
from raw.delivery as refused
where refused.delivery_id = any(:refused_ids)
  and exists (
      select 1
      from raw.delivery as good
      where good.agency = refused.agency
        and good.feed = refused.feed
        and good.business_date = refused.business_date
        and good.delivery_id > refused.delivery_id
        and (good.status = 'accepted' or good.delivery_id = any(:readable_ids))
  )
