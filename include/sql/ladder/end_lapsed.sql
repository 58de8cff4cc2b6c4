-- Steps of a month that have a reason again, or are not approved any more.
-- grain: one row per mark that ends
-- reads: nothing
-- writes: score.lapsed_step
update score.lapsed_step
set ended_at = clock_timestamp()
where
    month = :month
    and ended_at is null
    and proposal_id <> all(cast(:proposals as text[]))
