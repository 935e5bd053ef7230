-- outreach: what a list's files are, and from what they can be made again --------------------------------------------

create table outreach.making (
    list_id  text primary key references outreach.list,
    made_by  text not null,
    figures  json not null
);
comment on table outreach.making is 'who first made each list, and what that run told about itself (counts only): with its content and made_at, all that its files show';

create table outreach.artifact (
    list_id     text   not null references outreach.list,
    file_name   text   not null,
    sha256      text   not null check (sha256 ~ '^[0-9a-f]{64}$'),
    byte_count  bigint not null,
    primary key (list_id, file_name)
);
comment on table outreach.artifact is 'the files of each published list; their bytes are kept under their SHA-256 beside the database';

-- A list, once made, is never altered. Rows may be added, and a whole list may be taken out when its time is over.
create function outreach.refuse_change() returns trigger
language plpgsql
as $$
begin
    raise exception 'a list that was made is never altered [%]', tg_table_name;
end
$$;

create trigger never_altered before update on outreach.list for each statement execute function outreach.refuse_change();
create trigger never_altered before update on outreach.entry for each statement execute function outreach.refuse_change();
create trigger never_altered before update on outreach.reason for each statement execute function outreach.refuse_change();
create trigger never_altered before update on outreach.exclusion for each statement execute function outreach.refuse_change();
create trigger never_altered before update on outreach.standing for each statement execute function outreach.refuse_change();
create trigger never_altered before update on outreach.publication for each statement execute function outreach.refuse_change();
create trigger never_altered before update on outreach.making for each statement execute function outreach.refuse_change();
create trigger never_altered before update on outreach.artifact for each statement execute function outreach.refuse_change();

-- raw: the same bytes under other names --------------------------------------------------------------------------------

create table raw.repeated_file (
    delivery_id  bigint not null references raw.delivery,
    file_name    text   not null,
    primary key (delivery_id, file_name)
);
comment on table raw.repeated_file is 'other names under which the bytes of a delivery came: however often a run is repeated, each counts once';

drop view if exists audit.agency_accounting;
alter table raw.delivery drop column repeated_count;
comment on table raw.delivery is 'one row per distinct file an agency sent; the same bytes under another name stand in raw.repeated_file';
