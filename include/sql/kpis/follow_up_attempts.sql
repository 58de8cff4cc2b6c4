-- Attempts made in full: of the customers whom nobody reached, those who were
-- called in vain on `attempts` half-days before the task expired. The second
-- half of a day begins at `afternoon_from`; of a call without a time the day
-- is one attempt. Who got a message instead of a call, or has a number that
-- cannot be used, is excluded, and so is a task that ran on after the month
-- was closed.
-- grain: one row per follow-up task due in the month whose customer nobody
--   reached
-- reads: pg_temp.judged_follow_up
-- writes: nothing
with
unreached as (
    select
        *,
        is_number_wrong or not is_number_usable as is_number_useless,
        expires_on > :closing_on as is_running -- noqa: RF02
    from judged_follow_up
    where first_reached_on is null
),

calls as (
    select
        u.row_key,
        u.expires_on,
        c.called_at at time zone :time_zone as called_at -- noqa: RF02
    from unreached as u
    cross join lateral unnest(u.called_in_vain) as c (called_at)
),

half_days as (
    select distinct
        row_key,
        cast(called_at as date) as called_on,
        case
            when cast(called_at as time) = time '00:00' then null
            else extract(hour from called_at) < :afternoon_from
        end as is_morning
    from calls
    where cast(called_at as date) <= expires_on
),

tried as (
    select
        row_key,
        count(*) as attempts
    from half_days
    group by row_key
),

judged as (
    select
        u.*,
        t.attempts,
        coalesce(t.attempts >= :attempts, false) as is_full -- noqa: RF02
    from unreached as u
    left join tried as t on u.row_key = t.row_key
)

select
    owner_role,
    store_code,
    employee_no,
    counted_on,
    row_kind,
    row_key,
    is_full as is_numerator,
    excuse is not null
    or (not is_full and (is_by_message or is_number_useless or is_running))
        as is_excluded,
    case
        when excuse is not null then excuse
        when is_full then 'attempts_made'
        when is_by_message then 'by_message'
        when is_number_useless then 'no_usable_number'
        when is_running then 'time_left'
        when attempts is null then 'not_attempted'
        else 'attempts_lacking'
    end as reason
from judged
