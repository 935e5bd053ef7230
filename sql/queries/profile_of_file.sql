-- What does this file look like, as it was read last?
select profile::text as profile from raw.file_profile where delivery_id = :delivery_id
