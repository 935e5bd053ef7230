-- What was the list measured by that is current? No row where it is older than the gate.
select measures from outreach.measure join outreach.current_list using (list_id)
