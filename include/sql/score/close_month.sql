-- grain: one row
-- reads: nothing
-- writes: score.month
update score.month
set
    state = 'closed',
    changed_at = clock_timestamp()
where
    month = :month
    and state <> 'closed'
