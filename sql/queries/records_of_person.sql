-- Which records does this person hold, and how strongly is each tied to another of them?
select
    link.record_id, person_record.agency, person_record.feed, person_record.recorded_at,
    max(pair.match_weight) as strongest_weight
from core.current_link as link
join core.current_person_record as person_record using (record_id)
left join lateral (
    select scored_pair.match_weight
    from core.scored_pair
    join core.current_link as other on other.record_id =
        case when scored_pair.record_id_l = link.record_id then scored_pair.record_id_r else scored_pair.record_id_l end
    where link.record_id in (scored_pair.record_id_l, scored_pair.record_id_r) and other.person_id = link.person_id
) as pair on true
where link.person_id = :person_id
group by link.record_id, person_record.agency, person_record.feed, person_record.recorded_at
order by link.record_id
