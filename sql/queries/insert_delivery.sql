-- A file is received for the first time. Answers its id.
insert into raw.delivery (agency, feed, file_name, sha256, byte_count, business_date, status, received_at)
values (:agency, :feed, :file_name, :sha256, :byte_count, :business_date, 'received', :received_at)
returning delivery_id
