-- A list was ranked anew without sealed records: it stands where the old one stood, and nobody was shown it.
update outreach.list set told_again_at = :at where list_id = :list_id and told_again_at is null
