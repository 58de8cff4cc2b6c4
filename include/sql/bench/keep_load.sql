-- The night before, in which a made-up history came to core.
-- grain: one load
-- reads: nothing
-- writes: ops.load
insert into ops.load (
    system,
    feed,
    business_day,
    state,
    pulled
)
values (
    :system,
    :feed,
    :day,
    'merged',
    0
)
returning load_id
