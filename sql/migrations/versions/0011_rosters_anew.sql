-- What is known of a roster may be read anew ---------------------------------------------------------------------------
-- As rows are: what a new reading says counts from its number on, what the one before said counts until then.

alter table core.unread_listing add column from_number bigint not null default 0;
alter table core.unread_listing add column until_number bigint check (until_number > from_number);
alter table core.unread_listing drop constraint unread_listing_pkey, add primary key (delivery_id, line_number, from_number);
comment on column core.unread_listing.from_number is 'number of the rereading that tells it (0: it was told when its file came in)';
comment on column core.unread_listing.until_number is 'number of the rereading from which on it no longer counts (null: it counts)';

alter table core.snapshot add column until_number bigint check (until_number > taken_in_number);
alter table core.snapshot drop constraint snapshot_pkey, add primary key (delivery_id, observed_on, taken_in_number);
comment on column core.snapshot.until_number is 'number of the rereading from which on the roster is of another day (null: it is of this one)';

-- A reading may change what is known of a file without changing a row of it.
alter table raw.rereading drop constraint rereading_row_count_check, add check (row_count >= 0);
comment on table raw.rereading is 'one row per file read anew by which rows, or what is known of a roster, changed: its place in the order in which files were taken in';
