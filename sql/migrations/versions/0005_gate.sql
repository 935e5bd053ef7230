alter table outreach.list add column made_number bigint generated always as identity;
comment on column outreach.list.made_number is 'in which order lists were made';

alter table outreach.current_list
    add column stale_since   timestamptz,
    add column stale_because text;
comment on column outreach.current_list.stale_since is 'when a newer list was first held back; null while this one is the newest';

create table outreach.measure (
    list_id   text primary key references outreach.list,
    measures  json not null
);
comment on table outreach.measure is 'what a list was measured by before it could be published: counts and ids only';

create table outreach.gate_check (
    list_id      text    not null references outreach.list,
    position     int     not null,
    check_name   text    not null,
    agency       text,
    is_passed    boolean not null,
    measured     double precision,
    limit_value  double precision,
    found        text    not null,
    advice       text    not null,
    primary key (list_id, position)
);
comment on table outreach.gate_check is 'what each check of a list found, in the order they are told; no agency means the county';

alter table outreach.entry add column held_over text;
comment on column outreach.entry.held_over is 'what an entry says whose points are those of an earlier list, because an agency is down';
