-- What a list was measured by is kept; measured again, the newest counts.
insert into outreach.measure (list_id, measures)
values (:list_id, cast(:measures as json))
on conflict (list_id) do update set measures = excluded.measures
