-- A row may be read anew -----------------------------------------------------------------------------------------------
-- When a declaration is corrected, the kept bytes are read once more. What that reading says counts from its number on;
-- what the reading before said counts until then, so that every list made before comes out again.

create table raw.rereading (
    taken_in_number  bigint      primary key,
    delivery_id      bigint      not null references raw.delivery,
    taken_in_at      timestamptz not null,
    row_count        bigint      not null check (row_count > 0)
);
comment on table raw.rereading is 'one row per file read anew by which rows changed: its place in the order in which files were taken in';

drop function if exists core.sender_merges_known, core.consented_records_known, core.consents_known, core.conditions_known,
    core.encounters_known, core.person_records_known, core.rows_known cascade;  -- sql/views makes them again

alter table core.accepted_row add column from_number bigint not null default 0;
alter table core.accepted_row add column until_number bigint check (until_number > from_number);
alter table core.accepted_row drop constraint accepted_row_pkey, add primary key (delivery_id, line_number, from_number);
comment on column core.accepted_row.from_number is 'number of the rereading that this reading of the row comes from (0: it came in with its file)';
comment on column core.accepted_row.until_number is 'number of the rereading from which on this reading no longer counts (null: it counts)';

alter table core.person_record add column from_number bigint not null default 0;
alter table core.person_record drop constraint person_record_pkey, add primary key (delivery_id, line_number, from_number);
alter table core.encounter add column from_number bigint not null default 0;
alter table core.encounter drop constraint encounter_pkey, add primary key (delivery_id, line_number, from_number, encounter_id);
alter table core.condition add column from_number bigint not null default 0;
alter table core.condition drop constraint condition_pkey, add primary key (delivery_id, line_number, from_number, condition_id);
alter table core.consent add column from_number bigint not null default 0;
alter table core.consent drop constraint consent_pkey, add primary key (delivery_id, line_number, from_number);
alter table core.sender_merge add column from_number bigint not null default 0;
alter table core.sender_merge drop constraint sender_merge_pkey,
    add primary key (delivery_id, line_number, from_number, record_id, into_record_id);

-- Faults that a person has looked at -------------------------------------------------------------------------------------

create table raw.worked_fault (
    delivery_id  bigint      not null references raw.delivery,
    line_number  bigint      not null,
    fault_code   text        not null,
    at           timestamptz not null,
    actor        text        not null,
    because      text        not null,
    primary key (delivery_id, line_number, fault_code)
);
comment on table raw.worked_fault is 'who accepted that a row stays set aside for this reason, and why; the row stays in quarantine and in every count';
