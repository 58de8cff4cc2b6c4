-- grain: one row per calendar and day
-- reads: –
-- writes: care.calendar_day
insert into care.calendar_day as held
select d.* -- noqa: AM04
from
    jsonb_populate_recordset(
        cast(null as care.calendar_day),
        cast(:days as jsonb)
    ) as d
on conflict (calendar, day) do update
    set
        is_open = excluded.is_open,
        previous_open_on = excluded.previous_open_on,
        next_open_on = excluded.next_open_on
    where
    (held.is_open, held.previous_open_on, held.next_open_on)
    is distinct from
    (excluded.is_open, excluded.previous_open_on, excluded.next_open_on)
