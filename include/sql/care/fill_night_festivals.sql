-- grain: one row per follow-up and day
-- reads: –
-- writes: pg_temp.night_festival
insert into night_festival
select f.* -- noqa: AM04
from
    jsonb_populate_recordset(
        cast(null as night_festival),
        cast(:festivals as jsonb)
    ) as f
