-- The time to put a step right runs from the day on which it is told. A day
-- that was set before stays.
-- grain: one row per step of the month without a day
-- reads: nothing
-- writes: score.sanction_proposal
update score.sanction_proposal
set correct_by = cast(:told_on as date) + correct_within
where
    month = :month
    and correct_by is null
    and correct_within is not null
