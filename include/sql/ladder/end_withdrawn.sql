-- grain: one row per withdrawal of a person's month behind which every step
--   counts again
-- reads: score.standing_decision, score.overturned_step
-- writes: score.withdrawn_step
update score.withdrawn_step
set ended_at = clock_timestamp()
where
    month = :month
    and employee_no = :employee_no
    and ended_at is null
    and not exists (
        select 1
        from unnest(withdrawn_step.overturned) as behind (proposal_id)
        inner join score.overturned_step
            on behind.proposal_id = overturned_step.proposal_id
    )
