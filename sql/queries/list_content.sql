-- What does this list say, and when was it made?
select content, made_at from outreach.list where list_id = :list_id
