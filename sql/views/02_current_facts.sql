-- What do the rows that count say, of the files taken in up to a number (null: of all)? Current versions only, and none
-- that never happened.
create or replace function core.person_records_known(up_to bigint) returns setof core.person_record
language sql stable
as $$
    select person_record.*
    from core.person_record
    join core.rows_known(up_to) as known using (delivery_id, line_number, from_number)
    where not known.is_never_happened
$$;

create or replace view core.current_person_record as select * from core.person_records_known(null);

create or replace function core.encounters_known(up_to bigint) returns setof core.encounter
language sql stable
as $$
    select encounter.*
    from core.encounter
    join core.rows_known(up_to) as known using (delivery_id, line_number, from_number)
    where not known.is_never_happened
$$;

create or replace view core.current_encounter as select * from core.encounters_known(null);

create or replace function core.ends_known(up_to bigint) returns setof core.told_end
language sql stable
as $$
    select told_end.*
    from core.told_end
    join core.rows_known(up_to) as known using (delivery_id, line_number, from_number)
    where not known.is_never_happened
$$;

create or replace view core.current_told_end as select * from core.ends_known(null);

create or replace function core.conditions_known(up_to bigint) returns setof core.condition
language sql stable
as $$
    select condition.*
    from core.condition
    join core.rows_known(up_to) as known using (delivery_id, line_number, from_number)
    where not known.is_never_happened
$$;

create or replace view core.current_condition as select * from core.conditions_known(null);

create or replace function core.consents_known(up_to bigint) returns setof core.consent
language sql stable
as $$
    select consent.*
    from core.consent
    join core.rows_known(up_to) as known using (delivery_id, line_number, from_number)
    where not known.is_never_happened
$$;

create or replace view core.current_consent as select * from core.consents_known(null);

create or replace function core.sender_merges_known(up_to bigint) returns setof core.sender_merge
language sql stable
as $$
    select sender_merge.*
    from core.sender_merge
    join core.rows_known(up_to) as known using (delivery_id, line_number, from_number)
    where not known.is_never_happened
$$;
