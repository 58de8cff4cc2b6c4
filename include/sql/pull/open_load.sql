-- The load of a feed's business day; a repeated pull takes the one there is.
-- grain: one load
-- reads: nothing
-- writes: ops.load
insert into ops.load (
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
    set changed_at = clock_timestamp()
returning load_id
