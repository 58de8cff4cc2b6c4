-- Which pack a store follows for events of which days. message_target: the
-- gateway that sends its messages, where it has one.
-- grain: one row per store and range of event days
-- reads: –
-- writes: pg_temp.night_store
create temporary table if not exists night_store (
    store_code text not null,
    pack text not null,
    event_from date not null,
    event_to date not null,
    calendar text not null,
    target_name text not null,
    message_target text
) on commit drop
