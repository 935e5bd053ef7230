-- Scored pairs are those of the last run.
truncate core.scored_pair
