-- What a night read as it stands waits no more; what was ended after the
-- night's day is read again.
-- grain: one row per wish
-- reads: –
-- writes: care.wish
update care.wish
set read_on = cast(:day as date)
where
    read_on is null
    and entered_at < cast(:window_end as timestamptz)
    and valid_from <= cast(:day as date) + 1
    and coalesce(ended_at < cast(:window_end as timestamptz), true)
