-- What was sealed, and what refuses it from now on ----------------------------------------------------------------------

create table core.sealing (
    sealing_number  bigint generated always as identity primary key,
    at              timestamptz not null,
    actor           text        not null,
    cause           text        not null check (cause in ('sealed', 'expunged', 'mistaken', 'retracted', 'lifted')),
    because         text        not null,
    record_count    bigint      not null,
    row_count       bigint      not null
);
comment on table core.sealing is 'one row per act of sealing (or lifting): why, and how many records and rows; never which';

create table core.sealed_rows (
    sealing_number  bigint not null references core.sealing,
    delivery_id     bigint not null references raw.delivery,
    row_count       bigint not null,
    primary key (sealing_number, delivery_id)
);
comment on table core.sealed_rows is 'how many rows of each file were sealed: raw.delivery.row_count no longer counts them';

create table core.tombstone (
    mark            text        primary key,
    agency          text        not null,
    feed            text        not null,
    cause           text        not null,
    at              timestamptz not null,
    sealing_number  bigint      not null references core.sealing,
    lifted_at       timestamptz
);
comment on table core.tombstone is 'keyed hashes of sealed record ids: a row of such a record is refused however often it comes';

alter table raw.delivery add column kept_sha256 text;
comment on column raw.delivery.kept_sha256 is 'of the kept file, where sealed rows are blank in it (null: it is as it came); sha256 stays that of the bytes that came';

-- Ids as if a sealed record had never been ------------------------------------------------------------------------------

alter table core.person add column is_void boolean not null default false;
comment on column core.person.is_void is 'given only because of a record that was sealed since: counts in no naming, and may be given anew';

create table core.lead (
    person_id       text primary key references core.person (person_id),
    into_person_id  text not null references core.person (person_id),
    check (person_id <> into_person_id)
);
comment on table core.lead is 'where a void id leads that somebody may have written down; read for that question alone';

-- Best values follow from a person's records: they are told from those, and kept nowhere else.
drop table core.person_field;

-- Lists that are called back ----------------------------------------------------------------------------------------------

alter table outreach.list alter column content drop not null;
alter table outreach.list add column withdrawn_at timestamptz;
alter table outreach.list add column withdrawn_because text;
alter table outreach.list add column withdrawn_record_count bigint;
alter table outreach.list add column withdrawn_entry_count bigint;
alter table outreach.list add column told_again_at timestamptz;
alter table outreach.list add constraint list_has_content check ((content is null) = (withdrawn_at is not null));
comment on column outreach.list.withdrawn_at is 'when its content was removed, because an entry rested on a record that was sealed';
comment on column outreach.list.told_again_at is 'when it was ranked anew without a sealed record, for the list after it to compare with; nobody was shown it';

-- A list that was made is never altered: it may be withdrawn as a whole, come back as a whole, or be found told again.
drop trigger never_altered on outreach.list;
create trigger never_altered before update on outreach.list for each row
when (
    (new.list_id, new.as_of, new.made_at) is distinct from (old.list_id, old.as_of, old.made_at)
    or not (
        (old.content is not null and new.content is null)
        or (old.content is null and new.content is not null)
        or (old.content::text = new.content::text and old.told_again_at is null and new.told_again_at is not null)
    )
)
execute function outreach.refuse_change();

-- Decisions are taken out in one case: by the act of sealing that this very transaction writes down.
create or replace function core.refuse_change() returns trigger
language plpgsql
as $$
begin
    if tg_op = 'DELETE' and exists (select 1 from core.sealing where sealing.xmin = pg_current_xact_id()::xid) then
        return null;
    end if;
    raise exception 'rows of % are added to and never changed', tg_table_name using errcode = 'restrict_violation';
end
$$;

-- Merges that a sender tells ----------------------------------------------------------------------------------------------

create table core.sender_merge (
    record_id       text   not null,
    into_record_id  text   not null,
    agency          text   not null,
    feed            text   not null,
    record_key      text   not null,
    delivery_id     bigint not null,
    line_number     bigint not null,
    check (record_id <> into_record_id),
    primary key (delivery_id, line_number, record_id, into_record_id)
);
create index on core.sender_merge (record_id);
comment on table core.sender_merge is 'one row per version of a row by which a sender says that one record is another; the newest version counts';
create table core.merged_record (
    run_number      bigint not null references core.run,
    record_id       text   not null,
    into_record_id  text   not null,
    primary key (run_number, record_id)
);
comment on table core.merged_record is 'which records a run took for others by their sender''s word: they say nothing about who somebody is';
