-- The event days of a store that are a follow-up's to follow up, by its pack
-- and by the dates of its values. usages and satisfaction_from: which of
-- several of a rule it is.
-- grain: one row per store, follow-up and range of event days
-- reads: –
-- writes: pg_temp.night_range
create temporary table if not exists night_range (
    store_code text not null,
    rule_no integer not null,
    rule_id text not null,
    event text not null,
    occurrence integer not null,
    usages text[] not null,
    satisfaction_from integer,
    calendar text not null,
    event_from date not null,
    event_to date not null
) on commit drop
