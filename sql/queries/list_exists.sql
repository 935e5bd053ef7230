-- Has exactly this list been made before?
select 1 from outreach.list where list_id = :list_id
