-- The sweep of a feed's business day; a repeated one takes the one there is.
-- grain: one sweep
-- reads: nothing
-- writes: ops.sweep
insert into ops.sweep (
    system,
    feed,
    business_day
)
values (
    :system,
    :feed,
    :day
)
on conflict (system, feed, business_day) do update
    set
        state = 'reading',
        failure = null,
        started_at = clock_timestamp()
returning sweep_id
