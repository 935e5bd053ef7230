-- Under which hash are these bytes kept? Another than their own where rows in them are sealed.
update raw.delivery set kept_sha256 = nullif(:kept_sha256, sha256) where sha256 = :sha256
