-- Up to which taking in and which decision was anything known by a moment (null: now)?
select
    (
        select coalesce(max(taken_in_number), 0)
        from (
            select taken_in_number, taken_in_at from raw.delivery
            union all
            select taken_in_number, taken_in_at from core.snapshot
            union all
            select taken_in_number, taken_in_at from raw.rereading
        ) as taken_in
        where cast(:known_at as timestamptz) is null or taken_in_at <= :known_at
    ) as taken_in_number,
    (select coalesce(max(decision_number), 0) from core.decision where cast(:known_at as timestamptz) is null or decided_at <= :known_at) as decision_number
