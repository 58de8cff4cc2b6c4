-- Which pack a store follows for events of which days. reach: how long after
-- its event a follow-up asks for its pack, empty for the event's own day (see
-- aftercare.rules.reach). message_target: the gateway that sends its messages,
-- where it has one.
-- grain: one row per store, reach and range of event days
-- reads: –
-- writes: pg_temp.night_store
create temporary table if not exists night_store (
    store_code text not null,
    pack text not null,
    reach text not null,
    event_from date not null,
    event_to date not null,
    calendar text not null,
    target_name text not null,
    message_target text
) on commit drop
