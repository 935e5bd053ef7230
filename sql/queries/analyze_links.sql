-- The database learns how the links have changed, so that it plans the next questions well.
analyze core.membership, core.person, core.scored_pair
