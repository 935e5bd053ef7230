-- On which lines of a file does the reading of this number say something else than the one that counted so far?
with counting as (
    select line_number, from_number, from_number = :from_number as is_new, to_jsonb(accepted_row) as content
    from core.accepted_row
    where delivery_id = :delivery_id and until_number is null
),
told as (
    select line_number, from_number, 'person record' as what, to_jsonb(person_record) as content from core.person_record where delivery_id = :delivery_id
    union all
    select line_number, from_number, 'encounter', to_jsonb(encounter) from core.encounter where delivery_id = :delivery_id
    union all
    select line_number, from_number, 'told end', to_jsonb(told_end) from core.told_end where delivery_id = :delivery_id
    union all
    select line_number, from_number, 'condition', to_jsonb(condition) from core.condition where delivery_id = :delivery_id
    union all
    select line_number, from_number, 'consent', to_jsonb(consent) from core.consent where delivery_id = :delivery_id
    union all
    select line_number, from_number, 'sender merge', to_jsonb(sender_merge) from core.sender_merge where delivery_id = :delivery_id
),
said as (
    select line_number, is_new, 'accepted row' as what, content - 'from_number' as content from counting
    union all
    select line_number, counting.is_new, told.what, told.content - 'from_number' from told join counting using (line_number, from_number)
)
select line_number
from (
    (select line_number, what, content from said where is_new
     except
     select line_number, what, content from said where not is_new)
    union all
    (select line_number, what, content from said where not is_new
     except
     select line_number, what, content from said where is_new)
) as different
group by line_number
order by line_number
