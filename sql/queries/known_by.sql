-- Up to which file and which decision was anything known by a moment (null: now)?
select
    (select coalesce(max(taken_in_number), 0) from raw.delivery where cast(:known_at as timestamptz) is null or taken_in_at <= :known_at) as taken_in_number,
    (select coalesce(max(decision_number), 0) from core.decision where cast(:known_at as timestamptz) is null or decided_at <= :known_at) as decision_number
