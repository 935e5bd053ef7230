-- What does this list say, when and by whom was it first made, and what did that run tell about itself?
select list.content, list.made_at, making.made_by, making.figures
from outreach.list
left join outreach.making using (list_id)
where list.list_id = :list_id
