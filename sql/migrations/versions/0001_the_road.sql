-- raw: rows as delivered ---------------------------------------------------------------------------------------------

create schema if not exists raw;
create schema if not exists core;
create schema if not exists outreach;

create table raw.delivery (
    delivery_id      bigint generated always as identity primary key,
    agency           text        not null,
    feed             text        not null,
    file_name        text        not null,
    sha256           text        not null,
    byte_count       bigint      not null,
    business_date    date,
    status           text        not null,
    row_count        bigint      not null default 0,
    repeated_count   bigint      not null default 0,
    missing_columns  text        not null default '',
    refused_code     text,
    refused_message  text,
    received_at      timestamptz not null,
    unique (agency, feed, sha256)
);
comment on table raw.delivery is 'one row per distinct file an agency sent; the same bytes again only raise repeated_count';

create table raw.delivered_row (
    delivery_id  bigint not null references raw.delivery,
    line_number  bigint not null,
    payload      json   not null,
    primary key (delivery_id, line_number)
);
comment on table raw.delivered_row is 'one row per row of a file, as delivered; line_number is the line it begins on';

create table raw.row_fault (
    delivery_id  bigint not null references raw.delivery,
    line_number  bigint not null,
    row_count    bigint not null,
    column_name  text,
    fault_code   text   not null,
    message      text   not null,
    primary key (delivery_id, line_number)
);
comment on table raw.row_fault is 'quarantine: one row per row set aside; line 0 stands for all rows of a refused file';

create table raw.dropped_value (
    delivery_id  bigint not null references raw.delivery,
    line_number  bigint not null,
    column_name  text   not null,
    fault_code   text   not null,
    primary key (delivery_id, line_number, column_name)
);
comment on table raw.dropped_value is 'single values that could not be right and became missing; the rows went on';

-- core: what the rows say, and who is who ------------------------------------------------------------------------------

create table core.accepted_row (
    delivery_id        bigint  not null references raw.delivery,
    line_number        bigint  not null,
    agency             text    not null,
    feed               text    not null,
    record_key         text    not null,
    business_date      date,
    version            text,
    is_never_happened  boolean not null,
    is_held            boolean not null,
    is_about_person    boolean not null,
    primary key (delivery_id, line_number)
);
create index on core.accepted_row (agency, feed, record_key);
comment on table core.accepted_row is 'one row per row that passed its checks, every version of it; core.current_row picks the newest';

create table core.person_record (
    record_id         text not null,
    agency            text not null,
    feed              text not null,
    record_key        text not null,
    display_name      text,
    first_name        text,
    middle_name       text,
    last_name         text,
    suffix            text,
    other_last_names  text,
    birth_date        text,
    sex               text,
    ssn               text,
    phone             text,
    email             text,
    street_address    text,
    city              text,
    state             text,
    postcode          text,
    death_date        date,
    is_dead           boolean not null,
    consent_from      date,
    consent_until     date,
    is_part2          boolean not null,
    is_held           boolean not null,
    recorded_at       timestamptz,
    delivery_id       bigint not null,
    line_number       bigint not null,
    primary key (delivery_id, line_number)
);
create index on core.person_record (record_id);

create table core.encounter (
    encounter_id            text not null,
    record_id               text not null,
    agency                  text not null,
    feed                    text not null,
    record_key              text not null,
    kind                    text not null,
    occurred_at             timestamptz not null,
    occurred_text           text not null,
    ended_at                timestamptz,
    is_crisis               boolean not null,
    is_follow_up_requested  boolean not null,
    is_suicide_watch        boolean not null,
    setting_code            text,
    release_code            text,
    screen_code             text,
    outcome_code            text,
    urgency_code            text,
    consent_until           date,
    is_part2                boolean not null,
    is_held                 boolean not null,
    delivery_id             bigint not null,
    line_number             bigint not null,
    primary key (delivery_id, line_number, encounter_id)
);
create index on core.encounter (record_id);

create table core.condition (
    condition_id    text not null,
    record_id       text not null,
    agency          text not null,
    feed            text not null,
    record_key      text not null,
    condition_code  text not null,
    recorded_at     timestamptz,
    ended_at        timestamptz,
    is_part2        boolean not null,
    delivery_id     bigint not null,
    line_number     bigint not null,
    primary key (delivery_id, line_number, condition_id)
);

create table core.consent (
    consent_id   text not null,
    record_id    text not null,
    agency       text not null,
    feed         text not null,
    record_key   text not null,
    is_granted   boolean not null,
    starts_date  date,
    ends_date    date,
    delivery_id  bigint not null,
    line_number  bigint not null,
    primary key (delivery_id, line_number)
);

create table core.linkage_model (
    model_id    text primary key,
    content     json  not null,
    trained_at  timestamptz not null
);

create table core.person (
    person_number  bigint primary key,
    person_id      text generated always as ('P-' || person_number::text) stored unique,
    first_seen_at  timestamptz not null
);
comment on table core.person is 'every person_id ever given out; none is given twice';

create table core.link (
    record_id   text primary key,
    cluster_id  text not null,
    person_id   text not null references core.person (person_id),
    is_current  boolean not null
);
create index on core.link (person_id);
comment on table core.link is 'which person each record is; a record that may not be used for now keeps its last person, not current';

create table core.person_field (
    person_id       text not null references core.person (person_id),
    field           text not null,
    value           text not null,
    from_record_id  text not null,
    primary key (person_id, field)
);
comment on table core.person_field is 'the best value of each field of a person, and the record it came from';

create table core.scored_pair (
    record_id_l        text not null,
    record_id_r        text not null,
    blocking_rule      text not null,
    match_weight       double precision not null,
    match_probability  double precision not null,
    primary key (record_id_l, record_id_r)
);

create index on core.scored_pair (record_id_r);

create table core.resolution (
    as_of    date primary key,
    model_id text  not null references core.linkage_model,
    figures  json  not null
);
comment on table core.resolution is 'what the linkage of a date told about itself: counts only';

-- outreach: the list -----------------------------------------------------------------------------------------------------

create table outreach.list (
    list_id         text primary key,
    as_of           date        not null,
    code_version    text        not null,
    model_id        text        not null references core.linkage_model,
    content         json        not null,
    made_at         timestamptz not null
);
create index on outreach.list (as_of);

create table outreach.entry (
    list_id    text not null references outreach.list,
    rank       int  not null,
    person_id  text not null references core.person (person_id),
    team       text not null,
    points     int  not null,
    is_new     boolean not null,
    primary key (list_id, rank),
    unique (list_id, person_id)
);

create table outreach.reason (
    list_id    text not null,
    person_id  text not null,
    factor     text not null,
    points     int  not null,
    sentence   text not null,
    latest_at  timestamptz not null,
    primary key (list_id, person_id, factor),
    foreign key (list_id, person_id) references outreach.entry (list_id, person_id)
);

create table outreach.exclusion (
    list_id    text not null references outreach.list,
    person_id  text not null references core.person (person_id),
    exclusion  text not null,
    primary key (list_id, person_id)
);

create table outreach.standing (
    list_id    text not null references outreach.list,
    person_id  text not null references core.person (person_id),
    position   int  not null,
    points     int  not null,
    primary key (list_id, person_id)
);
comment on table outreach.standing is 'everyone with points who is not excluded, in order: who is next in line and by how much';

create table outreach.publication (
    list_id       text primary key references outreach.list,
    published_at  timestamptz not null
);
comment on table outreach.publication is 'when each list was first published';

create table outreach.current_list (
    is_current    boolean primary key default true check (is_current),
    list_id       text not null references outreach.list,
    published_at  timestamptz not null
);
comment on table outreach.current_list is 'one row: flipping it is what publishes';

-- audit: what was done ------------------------------------------------------------------------------------------------------

create table audit.event (
    event_id  bigint generated always as identity primary key,
    at        timestamptz not null,
    actor     text        not null,
    act       text        not null,
    facts     jsonb       not null
);
comment on table audit.event is 'what was done, when and by whom; counts and ids only';
