-- Reminders that brought the customer: vehicles that came to a store of the
-- group within `returned_within` days after they were reminded, of all whose
-- days after the reminder end in the month. Reminded is who was reached or got
-- a message. A renewal is no visit, so reminders of insurance are none here.
-- Who came by themselves while a reminder was due that nobody made, or that
-- was taken back because they came or agreed on a visit, is excluded: shown
-- beside, invited by nobody. A vehicle counts once for a store, with the
-- reminder that brought it, or else with the last one.
-- grain: one row per store and vehicle
-- reads: care.follow_up_task, core.call_result, core.repair_order
-- writes: nothing
with
spans as (
    select
        cast(:time_zone as text) as time_zone,
        cast(:returned_within as integer) as days,
        cast(:closing_on as date) as closing_on,
        cast(:first_day as date) - cast(:returned_within as integer)
            as first_day,
        cast(:last_day as date) - cast(:returned_within as integer)
            as last_day
),

reminders as materialized (
    select
        t.task_key,
        t.store_code,
        t.vin,
        t.channel,
        t.open_on,
        t.due_on,
        t.expires_on,
        t.status = 'withdrawn'
        and t.changed_day <= s.closing_on
        and t.status_reason not in ('came_again', 'booked') as is_off,
        case
            when t.status_reason = 'told' then t.merged_into
        end as told_with
    from spans as s
    inner join care.follow_up_task as t
        on s.first_day <= t.expires_on and s.last_day >= t.open_on
    where t.about in ('service', 'inspection', 'warranty')
),

said as (
    select
        r.task_key,
        c.called_at,
        c.called_on
    from reminders as r
    inner join core.call_result as c on r.task_key = c.task_key
    where c.outcome in ('reached', 'declined', 'message_sent')
    union all
    select
        r.task_key,
        c.called_at,
        c.called_on
    from reminders as r
    inner join core.call_result as c on r.told_with = c.task_key
    where
        c.outcome in ('reached', 'declined')
        or (
            c.outcome = 'message_sent'
            and (c.attempt_no > 0 or r.channel = 'sms')
        )
),

contacts as (
    select
        r.task_key,
        min(said.called_at) as called_at,
        min(said.called_on) as called_on
    from reminders as r
    inner join said on r.task_key = said.task_key
    where said.called_on between r.open_on and r.expires_on
    group by r.task_key
),

ended as (
    select
        r.store_code,
        r.vin,
        r.task_key,
        r.open_on,
        c.called_at,
        s.time_zone,
        coalesce(c.called_on, r.due_on) as began_on,
        coalesce(c.called_on, r.due_on) + s.days as until_on
    from spans as s
    cross join reminders as r
    left join contacts as c on r.task_key = c.task_key
    where
        coalesce(c.called_on, r.due_on) between s.first_day and s.last_day
        and (c.task_key is not null or not r.is_off)
),

visits as materialized (
    select
        v.vin,
        v.opened_at,
        cast(v.opened_at at time zone s.time_zone as date) as opened_on
    from spans as s
    cross join core.repair_order as v
    where
        v.vin in (select ended.vin from ended)
        and v.ro_type <> 'pre_delivery'
        and v.status <> 'cancelled'
        and not v.is_reversed
        and (not v.is_vanished or v.vanished_day > s.closing_on)
),

judged as (
    select
        e.store_code,
        e.vin,
        e.task_key,
        e.called_at,
        e.until_on,
        exists(
            select 1
            from visits as v
            where
                e.vin = v.vin
                and e.until_on >= v.opened_on
                and case
                    when e.called_at is null then v.opened_on >= e.open_on
                    else v.opened_at > e.called_at
                end
        ) as has_come
    from ended as e
),

vehicles as (
    select distinct on (store_code, vin) *
    from judged
    where called_at is not null or has_come
    order by
        store_code asc,
        vin asc,
        called_at is null asc,
        has_come desc,
        called_at desc,
        task_key asc
)

select
    store_code,
    until_on as counted_on,
    'follow_up_task' as row_kind,
    task_key as row_key,
    called_at is not null and has_come as is_numerator,
    called_at is null as is_excluded,
    case
        when called_at is null then 'came_by_themselves'
        when has_come then 'came_after_reminder'
        else 'did_not_come'
    end as reason
from vehicles
