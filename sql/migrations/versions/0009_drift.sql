-- What files look like, and which were let in ------------------------------------------------------------------------------

create table raw.file_profile (
    delivery_id  bigint primary key references raw.delivery,
    profile      json   not null
);
comment on table raw.file_profile is 'what the columns of a file look like, for the next files of its feed to be held against: names of columns and counts only';

create table raw.let_in (
    delivery_id  bigint      primary key references raw.delivery,
    at           timestamptz not null,
    actor        text        not null,
    findings     json        not null
);
comment on table raw.let_in is 'files that a person let in although they had drifted, and for which findings (kind, names of columns); why stands in the audit trail';
