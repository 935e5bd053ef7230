-- Lines in another encoding ---------------------------------------------------------------------------------------------

alter table raw.delivery add column other_encoding_lines bigint not null default 0;
comment on column raw.delivery.other_encoding_lines is 'lines that the encoding of the feed does not have and that were read in its other one';
