-- Decisions are added to, and never changed -----------------------------------------------------------------------------

alter table core.decision add column item_id text;
alter table core.decision add column run_number bigint references core.run;
comment on column core.decision.item_id is 'the item of the queue that was answered, as run_number had found it';

create function core.refuse_change() returns trigger
language plpgsql
as $$
begin
    raise exception 'rows of % are added to and never changed', tg_table_name using errcode = 'restrict_violation';
end
$$;
create trigger decision_is_append_only
before update or delete or truncate on core.decision
for each statement execute function core.refuse_change();

-- The queue: what should be looked at, as each run found it --------------------------------------------------------------

create table core.review_item (
    run_number          bigint not null references core.run,
    item_id             text   not null,
    kind                text   not null,
    person_id_l         text   not null,
    person_id_r         text,
    record_id_l         text   not null,
    record_id_r         text   not null,
    match_weight        double precision,
    match_probability   double precision,
    reason              text,
    evidence_hash       text   not null,
    parted_record_ids   json   not null,
    decision_numbers    json   not null,
    position            bigint,
    is_crossing         boolean,
    crossing_person_id  text,
    points_change       bigint,
    primary key (run_number, item_id)
);
create index on core.review_item (record_id_l, record_id_r);
comment on table core.review_item is 'uncertain links and suspicious persons of each run; the position says whose answer changes the list most';
comment on column core.review_item.person_id_r is 'the other person, where the question lies between two';
comment on column core.review_item.parted_record_ids is 'the records that would leave the person together with record_id_r';
comment on column core.review_item.evidence_hash is 'of all records of the persons asked about: another one means new evidence';

create table core.review_effect (
    run_number      bigint  not null,
    item_id         text    not null,
    role            text    not null check (role in ('stays', 'joins', 'parts', 'enters', 'leaves')),
    place_in_role   int     not null,
    person_id       text,
    points_now      bigint,
    place_now       bigint,
    is_listed_now   boolean not null,
    points_then     bigint,
    place_then      bigint,
    is_listed_then  boolean not null,
    primary key (run_number, item_id, role, place_in_role),
    foreign key (run_number, item_id) references core.review_item
);
comment on table core.review_effect is 'what the other answer to an item would change: one row per person touched';
