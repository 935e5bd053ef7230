-- Who decides waits for who is deciding, so that nobody answers what was answered a moment ago.
lock table core.decision in share row exclusive mode
