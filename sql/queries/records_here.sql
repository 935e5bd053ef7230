-- Which records are somebody's now? Those retracted or held are nobody's.
select record_id from core.current_link
