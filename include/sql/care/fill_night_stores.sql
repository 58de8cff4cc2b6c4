-- grain: one row per store
-- reads: –
-- writes: pg_temp.night_store
insert into night_store
select s.* -- noqa: AM04
from
    jsonb_populate_recordset(
        cast(null as night_store),
        cast(:stores as jsonb)
    ) as s
