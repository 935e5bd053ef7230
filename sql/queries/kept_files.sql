-- Under which hashes are delivered files kept?
select distinct coalesce(kept_sha256, sha256) as sha256 from raw.delivery
