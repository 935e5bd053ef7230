-- Who decides waits for who is deciding, so that nobody answers what was answered a moment ago.
select pg_advisory_xact_lock(hashtext('core.decision'))
