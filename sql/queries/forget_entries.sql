-- Who stood on these lists, why, who did not, and what were they measured by? Nobody any more; none of them is current.
with reasons as (delete from outreach.reason where list_id = any(:list_ids)),
     entries as (delete from outreach.entry where list_id = any(:list_ids)),
     excluded as (delete from outreach.exclusion where list_id = any(:list_ids)),
     standings as (delete from outreach.standing where list_id = any(:list_ids)),
     makings as (delete from outreach.making where list_id = any(:list_ids)),
     checks as (delete from outreach.gate_check where list_id = any(:list_ids))
delete from outreach.current_list where list_id = any(:list_ids)
