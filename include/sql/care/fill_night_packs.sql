-- grain: one row per store, reach and range of event days
-- reads: –
-- writes: pg_temp.night_pack
insert into night_pack
select p.* -- noqa: AM04
from
    jsonb_populate_recordset(
        cast(null as night_pack),
        cast(:packs as jsonb)
    ) as p
