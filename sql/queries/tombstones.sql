-- Which records of this agency are sealed? Their marks.
select mark from core.tombstone where agency = :agency and lifted_at is null
