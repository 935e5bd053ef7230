-- Ends told elsewhere ----------------------------------------------------------------------------------------------------
-- A release list tells when bookings of another feed ended. A row waits for its booking, or its booking for it.

create table core.told_end (
    end_id          text        not null,
    encounter_id    text        not null,
    encounter_feed  text        not null,
    encounter_key   text        not null,
    agency          text        not null,
    feed            text        not null,
    record_key      text        not null,
    ended_at        timestamptz not null,
    latest_at       timestamptz not null,
    release_code    text,
    consent_until   date,
    is_part2        boolean     not null,
    is_held         boolean     not null,
    delivery_id     bigint      not null,
    line_number     bigint      not null,
    from_number     bigint      not null default 0,
    primary key (delivery_id, line_number, from_number, end_id)
);
create index on core.told_end (encounter_id);
comment on column core.told_end.latest_at is 'before which the encounter began: the end, or the last moment of its day where only days are compared';
comment on table core.told_end is 'one row per version of a row that tells the end of an encounter of another row, known by then or not';

-- Who is sealed takes stays along. A release names the stay alone, so the stay has a tombstone of its own.
alter table core.tombstone add column because_of text;
comment on column core.tombstone.because_of is 'mark of the record that was named, where this one was sealed with it; lifted with it';
