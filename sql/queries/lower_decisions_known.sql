-- Runs know no decision that is gone: else the next run would know less than they and take itself for a look back.
update core.run
set decision_number = (select coalesce(max(decision.decision_number), 0) from core.decision where decision.decision_number <= run.decision_number)
where decision_number > 0
