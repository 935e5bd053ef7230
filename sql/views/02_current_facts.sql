-- What do the rows that count say? Current versions only, and none that never happened.
create or replace view core.current_person_record as
select person_record.*
from core.person_record
join core.current_row using (delivery_id, line_number)
where not current_row.is_never_happened;

create or replace view core.current_encounter as
select encounter.*
from core.encounter
join core.current_row using (delivery_id, line_number)
where not current_row.is_never_happened;

create or replace view core.current_condition as
select condition.*
from core.condition
join core.current_row using (delivery_id, line_number)
where not current_row.is_never_happened;

create or replace view core.current_consent as
select consent.*
from core.consent
join core.current_row using (delivery_id, line_number)
where not current_row.is_never_happened;
