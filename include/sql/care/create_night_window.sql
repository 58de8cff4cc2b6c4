-- The event days of a store that tonight can make a follow-up's tasks of. One
-- table, so that its bounds can be looked up in the index of the events.
-- grain: one row per store, follow-up and range of event days
-- reads: –
-- writes: pg_temp.night_window
create temporary table if not exists night_window (
    store_code text not null,
    rule_no integer not null,
    calendar text not null,
    event text not null,
    first_on date not null,
    last_on date not null
) on commit drop
