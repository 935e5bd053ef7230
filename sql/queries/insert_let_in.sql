-- A person lets a file in although it has drifted. Once more changes nothing.
insert into raw.let_in (delivery_id, at, actor, findings)
values (:delivery_id, :at, :actor, cast(:findings as json))
on conflict (delivery_id) do nothing
