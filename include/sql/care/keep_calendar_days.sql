-- grain: one row per calendar and day
-- reads: –
-- writes: care.calendar_day
insert into care.calendar_day as held (
    calendar,
    day,
    is_open,
    previous_open_on,
    next_open_on
)
select
    d.calendar,
    d.day,
    d.is_open,
    d.previous_open_on,
    d.next_open_on
from
    jsonb_to_recordset(cast(:days as jsonb))
        as d (
            calendar text,
            day date,
            is_open boolean,
            previous_open_on date,
            next_open_on date
        )
on conflict (calendar, day) do update
    set
        is_open = excluded.is_open,
        previous_open_on = excluded.previous_open_on,
        next_open_on = excluded.next_open_on
    where
    (held.is_open, held.previous_open_on, held.next_open_on)
    is distinct from
    (excluded.is_open, excluded.previous_open_on, excluded.next_open_on)
