-- Where a store's tasks go, and by which calendar it works. message_target: the
-- gateway that sends its messages, where it has one.
-- grain: one row per store
-- reads: –
-- writes: pg_temp.night_store
create temporary table if not exists night_store (
    store_code text primary key,
    calendar text not null,
    target_name text not null,
    message_target text
) on commit drop
