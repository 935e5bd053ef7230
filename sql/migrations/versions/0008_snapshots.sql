-- Rosters of everybody in custody --------------------------------------------------------------------------------------

create table core.snapshot (
    delivery_id      bigint      not null references raw.delivery,
    named_for        date        not null,
    observed_on      date        not null,
    earliest_at      timestamptz not null,
    latest_at        timestamptz not null,
    taken_in_number  bigint      not null,
    taken_in_at      timestamptz not null,
    primary key (delivery_id, observed_on),
    check (earliest_at <= latest_at)
);
comment on table core.snapshot is 'one row per roster and day that it is of: its list was true at some moment from earliest_at to latest_at; the same bytes under an earlier name add a row, and the earliest day counts';

create table core.unread_listing (
    delivery_id  bigint not null references raw.delivery,
    line_number  bigint not null,
    record_key   text,
    primary key (delivery_id, line_number)
);
comment on table core.unread_listing is 'rows of rosters that were set aside: whose stay they name, or null where that cannot be read; nobody whom they may name is missing on that roster';

-- Versions that give way ---------------------------------------------------------------------------------------------------

alter table core.accepted_row add column is_yielding boolean not null default false;
comment on column core.accepted_row.is_yielding is 'gives way to any other version of its record: a row that names nobody and ends nothing, a roster row that no longer lists its person';

-- What rows are known answers more columns from now on; views and functions are made anew after every migration.
drop function if exists core.rows_known(bigint) cascade;
