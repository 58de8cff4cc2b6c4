-- grain: one row per pack, follow-up and range of event days
-- reads: –
-- writes: pg_temp.night_rule
insert into night_rule
select r.* -- noqa: AM04
from
    jsonb_populate_recordset(
        cast(null as night_rule),
        cast(:rules as jsonb)
    ) as r
