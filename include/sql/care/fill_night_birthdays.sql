-- grain: one row per event, day and date of birth
-- reads: –
-- writes: pg_temp.night_birthday
insert into night_birthday
select b.* -- noqa: AM04
from
    jsonb_populate_recordset(
        cast(null as night_birthday),
        cast(:birthdays as jsonb)
    ) as b
