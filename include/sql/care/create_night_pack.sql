-- Which pack a store follows for events of which days. reach: how long after
-- its event a follow-up asks for its pack, empty for the event's own day (see
-- aftercare.rules.reach).
-- grain: one row per store, reach and range of event days
-- reads: –
-- writes: pg_temp.night_pack
create temporary table if not exists night_pack (
    store_code text not null,
    pack text not null,
    reach text not null,
    event_from date not null,
    event_to date not null
) on commit drop
