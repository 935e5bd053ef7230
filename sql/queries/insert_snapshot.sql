-- A roster is of this day from this number on; under an earlier name its bytes are of an earlier day. It is told once.
insert into core.snapshot (delivery_id, named_for, observed_on, earliest_at, latest_at, taken_in_number, taken_in_at)
select :delivery_id, :named_for, :observed_on, :earliest_at, :latest_at, :taken_in_number, :taken_in_at
where not exists (
    select 1 from core.snapshot
    where snapshot.delivery_id = :delivery_id and snapshot.observed_on <= :observed_on and snapshot.until_number is null
)
