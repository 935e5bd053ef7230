-- What was known when: files are numbered in the order they were taken in ----------------------------------------------

create sequence raw.taken_in_number;
alter table raw.delivery add column taken_in_number bigint unique;
alter table raw.delivery add column taken_in_at timestamptz;
update raw.delivery
set taken_in_number = numbered.number, taken_in_at = delivery.received_at
from (select delivery_id, nextval('raw.taken_in_number') as number
      from (select delivery_id from raw.delivery where status = 'accepted' order by delivery_id) as accepted) as numbered
where numbered.delivery_id = delivery.delivery_id;
comment on column raw.delivery.taken_in_number is 'the order in which files were taken in; a run knows those up to one number';

-- Decisions of people about pairs of records --------------------------------------------------------------------------

create table core.decision (
    decision_number  bigint generated always as identity primary key,
    decided_at       timestamptz not null,
    decided_by       text not null,
    verdict          text not null check (verdict in ('same', 'different', 'cannot_tell', 'undone')),
    record_id_l      text not null,
    record_id_r      text not null,
    because          text not null,
    undoes           bigint references core.decision,
    check (record_id_l < record_id_r),
    check ((verdict = 'undone') = (undoes is not null))
);
create index on core.decision (record_id_l, record_id_r);
comment on table core.decision is 'what people decided about pairs of records; nothing is changed or removed, the newest of a pair counts';

-- Runs, and who was who from run to run --------------------------------------------------------------------------------

create table core.run (
    run_number       bigint generated always as identity primary key,
    as_of            date        not null,
    taken_in_number  bigint      not null,
    decision_number  bigint      not null,
    after_run        bigint,
    is_look_back     boolean     not null,
    model_id         text        not null references core.linkage_model,
    settings         json        not null,
    code_version     text        not null,
    at               timestamptz not null,
    actor            text        not null,
    figures          json        not null
);
comment on table core.run is 'one row per linkage of everybody: what it knew (files and decisions up to a number), and what it came after';
comment on column core.run.is_look_back is 'made for an earlier day or an earlier knowledge: it changes nobody''s id';

create table core.membership (
    record_id         text   not null,
    person_id         text   not null references core.person (person_id),
    from_run          bigint not null references core.run,
    until_run         bigint references core.run,
    cause             text   not null check (cause in ('new', 'merged', 'split', 'moved', 'returned', 'known before')),
    because_record_id text,
    blocking_rule     text,
    match_weight      double precision,
    decision_number   bigint references core.decision,
    primary key (record_id, from_run)
);
create unique index on core.membership (record_id) where until_run is null;
create index on core.membership (person_id);
comment on table core.membership is 'which person each record was, from one run (included) to another (excluded), and why it came to it';

create table core.look_back_link (
    run_number  bigint not null references core.run,
    record_id   text   not null,
    person_id   text   not null,
    primary key (run_number, record_id)
);
comment on table core.look_back_link is 'which person each record was in a run that looked back';

insert into core.run (as_of, taken_in_number, decision_number, is_look_back, model_id, settings, code_version, at, actor, figures)
select as_of, coalesce((select max(taken_in_number) from raw.delivery), 0), 0, false, model_id, '{}'::json, 'before the registry',
       coalesce((select max(received_at) from raw.delivery), now()), 'migration', figures
from core.resolution
order by as_of;

-- Persons: ids no longer count persons, so that nobody's id depends on who else is known ---------------------------------

alter table core.person add column founder_record_id text;
alter table core.person add column split_from text;
alter table core.person add column first_run bigint;
create table core.person_kept as
select person_id, first_seen_at, founder_record_id, split_from, first_run, person_number from core.person;
alter table core.link drop constraint link_person_id_fkey;
alter table core.person_field drop constraint person_field_person_id_fkey;
alter table core.membership drop constraint membership_person_id_fkey;
alter table outreach.entry drop constraint entry_person_id_fkey;
alter table outreach.exclusion drop constraint exclusion_person_id_fkey;
alter table outreach.standing drop constraint standing_person_id_fkey;
drop table core.person;

create table core.person (
    person_id          text primary key,
    founder_record_id  text,
    first_seen_at      timestamptz not null,
    first_run          bigint references core.run,
    split_from         text references core.person (person_id)
);
comment on table core.person is 'every person_id ever given out; none is given twice';
insert into core.person (person_id, founder_record_id, first_seen_at)
select person_id, founder_record_id, first_seen_at from core.person_kept order by person_number;
drop table core.person_kept;

alter table core.membership add foreign key (person_id) references core.person (person_id);
alter table core.person_field add foreign key (person_id) references core.person (person_id);
alter table outreach.entry add foreign key (person_id) references core.person (person_id);
alter table outreach.exclusion add foreign key (person_id) references core.person (person_id);
alter table outreach.standing add foreign key (person_id) references core.person (person_id);

create table core.alias (
    person_id         text   primary key references core.person (person_id),
    into_person_id    text   not null references core.person (person_id),
    run_number        bigint not null references core.run,
    check (person_id <> into_person_id)
);
create index on core.alias (into_person_id);
comment on table core.alias is 'a person found to be another one: the id resolves to the older for ever';

insert into core.membership (record_id, person_id, from_run, cause)
select record_id, person_id, (select max(run_number) from core.run), 'known before'
from core.link
where is_current;

alter table outreach.list add column run_number bigint references core.run;
update outreach.list
set run_number = (select max(run_number) from core.run where run.as_of = list.as_of);

drop table core.link;
drop table core.resolution;
alter table outreach.list add column previous_list_id text references outreach.list (list_id);
