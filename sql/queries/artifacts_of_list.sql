-- Which files does this list have, and what is the SHA-256 of each?
select file_name, sha256 from outreach.artifact where list_id = :list_id
