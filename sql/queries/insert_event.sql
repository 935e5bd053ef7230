-- What was done is written down.
insert into audit.event (at, actor, act, facts) values (:at, :actor, :act, cast(:facts as jsonb))
