-- Where did every delivered row go, per agency?
select * from audit.agency_accounting order by agency
