-- the chain ------------------------------------------------------------------------------------------------------------

alter table audit.event add column why text, add column previous_hash text, add column hash text;

create table audit.head (
    is_head      boolean primary key default true check (is_head),
    event_id     bigint not null,
    hash         text   not null,
    event_count  bigint not null
);
comment on table audit.head is 'one row: the newest event of the chain; who adds an event holds it until the end of the transaction';
insert into audit.head (event_id, hash, event_count) values (0, repeat('0', 64), 0);

-- Lengths stand before what people or programs wrote, so that no two events have one text; pipeline/audit.py does the same.
create function audit.event_hash(event audit.event) returns text
language sql stable set search_path = pg_catalog, pg_temp as $$
select encode(sha256(convert_to(
    'outreach audit 1' || chr(10)
    || 'event_id=' || event.event_id || chr(10)
    || 'at=' || to_char(event.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || chr(10)
    || 'actor=' || octet_length(convert_to(event.actor, 'UTF8')) || ' ' || event.actor || chr(10)
    || 'act=' || octet_length(convert_to(event.act, 'UTF8')) || ' ' || event.act || chr(10)
    || 'facts=' || octet_length(convert_to(event.facts::text, 'UTF8')) || ' ' || event.facts::text || chr(10)
    || 'why=' || coalesce(octet_length(convert_to(event.why, 'UTF8')) || ' ' || event.why, '-') || chr(10)
    || 'previous_hash=' || event.previous_hash || chr(10),
    'UTF8')), 'hex')
$$;

-- The head's row lock lets one writer in at a time. A writer who waited for it may hold an id drawn before the head's,
-- or one that follows a gap that an undone transaction left: ids only have to grow along the chain.
create function audit.chain_event() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
declare
    latest audit.head;
begin
    select * into strict latest from audit.head for update;
    while new.event_id <= latest.event_id loop
        new.event_id := nextval(pg_get_serial_sequence('audit.event', 'event_id'));
    end loop;
    new.previous_hash := latest.hash;
    new.hash := audit.event_hash(new);
    update audit.head set event_id = new.event_id, hash = new.hash, event_count = latest.event_count + 1;
    return new;
end
$$;

do $$
declare
    past audit.event;
    latest audit.head;
begin
    select * into strict latest from audit.head;
    for past in select * from audit.event order by event_id loop
        past.previous_hash := latest.hash;
        latest.hash := audit.event_hash(past);
        latest.event_id := past.event_id;
        latest.event_count := latest.event_count + 1;
        update audit.event set previous_hash = past.previous_hash, hash = latest.hash where event_id = past.event_id;
    end loop;
    update audit.head set event_id = latest.event_id, hash = latest.hash, event_count = latest.event_count;
end
$$;

alter table audit.event alter column previous_hash set not null, alter column hash set not null, add unique (hash);
comment on table audit.event is
    'what was done, when, by whom and why; counts and ids only; each row carries the hash of the one before it';

-- refusals: nobody changes what was written, the owner neither -------------------------------------------------------------

create function audit.refuse_change() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    raise exception using message = 'audit events are written once and stay', errcode = 'insufficient_privilege';
end
$$;

create function audit.refuse_moving_head() returns trigger language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    if tg_op = 'UPDATE' and pg_trigger_depth() > 1 then  -- moved by chain_event, as it should be
        return new;
    end if;
    raise exception using message = 'only a new audit event moves the head', errcode = 'insufficient_privilege';
end
$$;

create trigger chain_event before insert on audit.event for each row execute function audit.chain_event();
create trigger refuse_change before update or delete on audit.event for each row execute function audit.refuse_change();
create trigger refuse_truncate before truncate on audit.event for each statement execute function audit.refuse_change();
create trigger refuse_change before insert or update or delete on audit.head
    for each row execute function audit.refuse_moving_head();
create trigger refuse_truncate before truncate on audit.head for each statement execute function audit.refuse_change();
alter table audit.event
    enable always trigger chain_event, enable always trigger refuse_change, enable always trigger refuse_truncate;
alter table audit.head enable always trigger refuse_change, enable always trigger refuse_truncate;

-- publications keep the head, so that events cut off at the end are missed ---------------------------------------------------

alter table outreach.publication add column audit_hash text;
update outreach.publication set audit_hash = (select hash from audit.head);
alter table outreach.publication alter column audit_hash set not null;
comment on column outreach.publication.audit_hash is 'the head of the audit chain when the list was first published';
