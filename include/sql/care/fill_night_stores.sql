-- grain: one row per store and range of event days
-- reads: –
-- writes: pg_temp.night_store
insert into night_store
select
    s.store_code,
    s.pack,
    s.event_from,
    s.event_to,
    s.calendar,
    s.target_name
from jsonb_to_recordset(cast(:stores as jsonb)) as s (
    store_code text,
    pack text,
    event_from date,
    event_to date,
    calendar text,
    target_name text
)
