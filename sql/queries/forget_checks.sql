-- A list is looked at again: what its checks found before goes first.
delete from outreach.gate_check where list_id = :list_id
