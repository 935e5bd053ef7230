-- The same bytes came again under another name: still one delivery, and counted once per name.
insert into raw.repeated_file (delivery_id, file_name)
values (:delivery_id, :file_name)
on conflict (delivery_id, file_name) do nothing
