-- grain: one row per note that a month has no reason for any more
-- reads: nothing
-- writes: score.reward_note
delete from score.reward_note
where
    month = :month
    and not exists (
        select 1
        from
            unnest(cast(:steps as text[]), cast(:subjects as text[]))
                as kept (step, subject)
        where
            kept.step = reward_note.step
            and kept.subject = reward_note.subject
    )
