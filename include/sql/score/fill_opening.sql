-- grain: one row per store and day
-- reads: nothing
-- writes: pg_temp.opening
with
stores as (
    select *
    from
        jsonb_to_recordset(cast(:stores as jsonb)) as x ( -- noqa: AL05
            store_code text,
            calendar text,
            opens_at time,
            closes_at time
        )
),

days as (
    select *
    from
        jsonb_to_recordset(cast(:days as jsonb)) as x ( -- noqa: AL05
            calendar text,
            day date,
            is_open boolean,
            next_open_on date
        )
)

insert into opening (store_code, day, opens_at, closes_at, next_opens_at)
select
    s.store_code,
    d.day,
    case when d.is_open then d.day + s.opens_at end as opens_at,
    case when d.is_open then d.day + s.closes_at end as closes_at,
    d.next_open_on + s.opens_at as next_opens_at
from stores as s
inner join days as d on s.calendar = d.calendar
