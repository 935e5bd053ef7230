-- Somebody decided that the current list is good as it is, or another is about to become current.
update outreach.current_list set stale_since = null, stale_because = null
