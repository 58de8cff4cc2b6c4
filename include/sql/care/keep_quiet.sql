-- Who was asked lately is not asked again by the same rule, whatever the reason
-- now: of a vehicle's tasks of a rule with quiet months, one that opens so soon
-- after another one is withdrawn. What waits to be said counts as asked, and
-- so does what was called in vain; what nobody called about counts for those
-- that were over before it, and what is withdrawn for none. Of a rule that
-- recurs, the times are as far apart as it says. Whoever was called about the
-- later one is not called about the earlier one that comes late; one that was
-- called about once is gone through with. A withdrawn one that is over stays
-- so. Task by task in the order in which they open, so that what is withdrawn
-- silences nothing.
-- grain: one row per task that is withdrawn
-- reads: pg_temp.night_subject, pg_temp.night_rule, care.follow_up_task,
--   core.call_result
-- writes: pg_temp.night_task
with recursive night as (
    select cast(:horizon as date) as horizon
),

tonight as materialized (
    select
        n.task_key,
        n.vin,
        n.rule_id,
        n.open_on,
        n.expires_on,
        n.status,
        n.attempts,
        n.event || '/' || n.store_code || '/' || n.document_no as matter,
        not r.is_sequence as recurs,
        r.quiet_months
    from night_task as n
    inner join night_subject as s on n.task_key = s.task_key
    inner join night_rule as r on s.rule_no = r.rule_no
    where r.quiet_months is not null and n.vin is not null
),

vehicles as (
    select distinct
        vin,
        rule_id
    from tonight
),

tasks as (
    select
        t.*,
        coalesce(
            k.status_reason = 'asked_lately'
            and t.expires_on <= night.horizon,
            false
        ) as stays_withdrawn
    from night
    cross join tonight as t
    left join lateral (
        select kept.status_reason
        from care.follow_up_task as kept
        where t.task_key = kept.task_key
        offset 0 -- noqa: AM09
    ) as k on true
    union all
    select
        k.task_key,
        k.vin,
        k.rule_id,
        k.open_on,
        k.expires_on,
        k.status,
        k.attempts,
        k.event || '/' || k.store_code || '/' || k.document_no as matter,
        false as recurs,
        cast(null as integer) as quiet_months,
        false as stays_withdrawn
    from vehicles as v
    inner join lateral (
        select t.*
        from care.follow_up_task as t
        where v.vin = t.vin and v.rule_id = t.rule_id
        offset 0 -- noqa: AM09
    ) as k on true
    where
        not exists (
            select 1
            from night_task as n
            where k.task_key = n.task_key
        )
),

judged as (
    select
        t.*,
        t.status = 'done' or t.attempts > 0 as was_asked,
        t.status in ('open', 'held', 'postponed', 'done')
        or (t.status = 'missed' and t.attempts > 0) as is_asked,
        t.status = 'missed' as has_waited,
        t.quiet_months > 0
        and t.status in ('open', 'held', 'postponed', 'missed')
        and t.attempts = 0 as may_yield,
        row_number() over vehicle_tasks as place
    from tasks as t
    window vehicle_tasks as (
        partition by t.vin, t.rule_id
        order by t.open_on, t.task_key
    )
),

placed as materialized (
    select
        j.*,
        a.is_asked_later
    from judged as j
    cross join lateral (
        select count(*) > 0 as is_asked_later
        from judged as later
        where
            j.vin = later.vin
            and j.rule_id = later.rule_id
            and j.place < later.place
            and later.was_asked
            and later.status <> 'withdrawn'
            and exists (
                select 1
                from core.call_result as called
                where
                    later.task_key = called.task_key
                    and called.called_on <= j.expires_on
            )
            and later.open_on
            < j.open_on + make_interval(months => j.quiet_months)
            and not (j.recurs and j.matter = later.matter)
    ) as a
),

walked as (
    select
        v.vin,
        v.rule_id,
        cast(0 as bigint) as place,
        cast(null as text) as task_key,
        false as is_quiet,
        cast(null as date) as asked_on,
        cast(null as text) as matter,
        cast(null as date) as waited_on,
        cast(null as date) as waited_until,
        cast(null as text) as waited_matter
    from vehicles as v
    union all
    select
        p.vin,
        p.rule_id,
        p.place,
        p.task_key,
        q.is_quiet,
        case
            when p.is_asked and not q.is_quiet then p.open_on else w.asked_on
        end as asked_on,
        case
            when p.is_asked and not q.is_quiet then p.matter else w.matter
        end as matter,
        case when u.is_last then p.open_on else w.waited_on end as waited_on,
        case
            when u.is_last then p.expires_on else w.waited_until
        end as waited_until,
        case
            when u.is_last then p.matter else w.waited_matter
        end as waited_matter
    from walked as w
    inner join placed as p
        on
            w.vin = p.vin
            and w.rule_id = p.rule_id
            and w.place + 1 = p.place
    cross join
        lateral (
            values (
                p.may_yield
                and (
                    p.stays_withdrawn
                    or p.is_asked_later
                    or coalesce(
                        p.open_on
                        < w.asked_on + make_interval(months => p.quiet_months)
                        and not (p.recurs and p.matter = w.matter),
                        false
                    )
                    or coalesce(
                        p.expires_on < w.waited_until
                        and p.open_on
                        < w.waited_on + make_interval(months => p.quiet_months)
                        and not (p.recurs and p.matter = w.waited_matter),
                        false
                    )
                )
            )
        ) as q (is_quiet)
    cross join lateral (
        values (
            p.has_waited
            and not q.is_quiet
            and coalesce(p.expires_on >= w.waited_until, true)
        )
    ) as u (is_last)
)

update night_task as n
set
    status = 'withdrawn',
    status_reason = 'asked_lately'
from walked as w
where n.task_key = w.task_key and w.is_quiet
