-- What was done is written down; the database adds the hash that chains it to the event before.
insert into audit.event (at, actor, act, facts, why) values (:at, :actor, :act, cast(:facts as jsonb), :why)
