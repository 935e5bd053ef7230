-- The current list stays although a newer one was made; since when stays as it was first told.
update outreach.current_list
set stale_since = coalesce(stale_since, :at), stale_because = :because
