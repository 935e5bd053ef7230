-- From which run is the current list?
select list.run_number from outreach.current_list join outreach.list using (list_id)
