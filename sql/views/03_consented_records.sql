-- Whose rows with a 42 CFR Part 2 label may be used on a day? Person records with a granted consent that covers it.
create or replace function core.consented_records_known(on_day date, up_to bigint) returns setof text
language sql stable
as $$
    select consent.record_id
    from core.consents_known(up_to) as consent
    where consent.is_granted
      and (consent.starts_date is null or consent.starts_date <= on_day)
      and (consent.ends_date is null or consent.ends_date >= on_day)
$$;
