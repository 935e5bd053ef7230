-- A list was ranked anew without sealed records: it stands where the old one stood, and nobody was shown it.
with published as (
    insert into outreach.publication (list_id, published_at) values (:list_id, :published_at) on conflict (list_id) do nothing
)
update outreach.list set told_again_at = :at where list_id = :list_id and list_id <> :instead_of
