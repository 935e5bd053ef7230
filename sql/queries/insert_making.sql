-- Who made a list, and what did that run tell about itself?
insert into outreach.making (list_id, made_by, figures) values (:list_id, :made_by, cast(:figures as json))
