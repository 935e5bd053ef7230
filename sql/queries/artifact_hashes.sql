-- Under which hashes are files of lists kept?
select distinct sha256 from outreach.artifact
