-- The same list is made again: what its documents show besides may have been corrected since.
update outreach.list set content = cast(:content as json) where list_id = :list_id and withdrawn_at is null
