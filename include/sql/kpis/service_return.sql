-- Services of one kind (`due_event`, the first or any later one): vehicles that
-- came to a store of the group for maintenance from `came_within` days before
-- to as many days after the day on which it was due, of all whose days after
-- it end in the month.
-- Due on which day is what the reminders of it say, whose date the night works
-- out by time and kilometres; so where a pack reminds nobody, nothing is known.
-- A car that came for it still earlier, or was sold again and did not come, is
-- excluded.
-- grain: one row per store and vehicle whose days end in the month
-- reads: care.follow_up_task, core.repair_order
-- writes: nothing
with
spans as (
    select
        cast(:time_zone as text) as time_zone,
        cast(:came_within as integer) as days,
        cast(:closing_on as date) as closing_on,
        cast(:first_day as date) - cast(:came_within as integer) as first_day,
        cast(:last_day as date) - cast(:came_within as integer) as last_day
),

dues as (
    select distinct on (t.store_code, t.vin)
        t.store_code,
        t.vin,
        t.task_key,
        t.event_on,
        s.days,
        s.time_zone,
        s.closing_on,
        case
            when t.status = 'withdrawn' and t.changed_day <= s.closing_on
                then t.status_reason
        end as withdrawn_as
    from spans as s
    inner join care.follow_up_task as t
        on t.event_on between s.first_day and s.last_day
    where
        t.event = :due_event -- noqa: RF02
        and (
            t.status <> 'withdrawn'
            or t.changed_day > s.closing_on
            or t.status_reason in (
                'came_again', 'booked', 'said_no', 'sold_again', 'other_owner'
            )
        )
    order by
        t.store_code asc,
        t.vin asc,
        t.event_on desc,
        t.task_key asc
),

judged as (
    select
        d.store_code,
        d.task_key,
        d.withdrawn_as,
        d.event_on + d.days as until_on,
        exists(
            select 1
            from core.repair_order as v
            where
                d.vin = v.vin
                and v.repair_type = 'maintenance'
                and v.ro_type <> 'pre_delivery'
                and v.status <> 'cancelled'
                and not v.is_reversed
                and (not v.is_vanished or v.vanished_day > d.closing_on)
                and cast(v.opened_at at time zone d.time_zone as date)
                between d.event_on - d.days and d.event_on + d.days
        ) as has_come
    from dues as d
)

select
    store_code,
    until_on as counted_on,
    'follow_up_task' as row_kind,
    task_key as row_key,
    has_come as is_numerator,
    not has_come
    and coalesce(
        withdrawn_as in ('came_again', 'sold_again', 'other_owner'), false
    ) as is_excluded,
    case
        when has_come then 'came_for_service'
        when withdrawn_as = 'came_again' then 'came_early'
        when withdrawn_as in ('sold_again', 'other_owner') then 'sold_again'
        else 'did_not_come'
    end as reason
from judged
