-- A file of a list is made: it stays what it is for good.
insert into outreach.artifact (list_id, file_name, sha256, byte_count)
values (:list_id, :file_name, :sha256, :byte_count)
