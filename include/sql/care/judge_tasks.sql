-- Decides status and owner. Done goes before withdrawn: a call that was made
-- stays made. The owner is somebody who has the role on the day of work,
-- preferably already when the task opened, and the same one however often it
-- is decided.
-- grain: one row per task
-- reads: pg_temp.night_task, core.call_result, core.assignment,
--   care.follow_up_task
-- writes: pg_temp.night_verdict
with night as (
    select cast(:horizon as date) as horizon
),

calls as (
    select
        n.task_key,
        max(c.called_on) as last_called_on,
        (
            array_agg(c.outcome order by c.called_at desc, c.attempt_no desc)
        )[1] as last_outcome,
        (
            array_agg(
                c.outcome
                order by
                    c.outcome = 'reached' desc,
                    c.called_at desc,
                    c.attempt_no desc
            ) filter (
                where c.outcome in (
                    'reached', 'refused', 'invalid_number', 'wrong_person'
                )
            )
        )[1] as final_outcome
    from night
    cross join night_task as n
    inner join core.call_result as c
        on
            n.task_key = c.task_key
            and n.called_until >= c.called_on
            and night.horizon >= c.called_on
    group by n.task_key
),

do_not_calls as (
    select
        t.vin,
        min(c.called_on) as asked_on
    from night
    inner join core.call_result as c on night.horizon >= c.called_on
    inner join care.follow_up_task as t on c.task_key = t.task_key
    where c.is_do_not_call
    group by t.vin
),

judged as (
    select
        n.task_key,
        n.store_code,
        n.owner_role,
        n.owner_no,
        n.open_on,
        n.deadline_on,
        n.made_day,
        n.late_reason,
        n.problem,
        c.final_outcome,
        c.last_outcome,
        night.horizon,
        n.expires_on <= night.horizon as is_over,
        case
            when coalesce(n.contact_check, 'missing') <> 'valid'
                then coalesce(n.contact_check, 'missing')
            when d.asked_on <= n.expires_on then 'do_not_call'
        end as obstacle,
        greatest(
            n.open_on,
            least(
                n.expires_on,
                case
                    when c.final_outcome is null then night.horizon + 1
                    else c.last_called_on
                end
            )
        ) as work_on
    from night
    cross join night_task as n
    left join calls as c on n.task_key = c.task_key
    left join do_not_calls as d on n.vin = d.vin
)

insert into night_verdict (
    task_key,
    status,
    status_reason,
    owner_no,
    late_reason
)
select
    j.task_key,
    case
        when j.final_outcome is not null then 'done'
        when j.problem is not null then 'withdrawn'
        when j.is_over then 'missed'
        when j.obstacle is not null then 'held'
        else 'open'
    end as status,
    case
        when j.final_outcome is not null then j.final_outcome
        when j.problem is not null then j.problem
        when j.obstacle is not null then j.obstacle
        when j.is_over then coalesce(j.last_outcome, 'not_called')
        when o.employee_no is null then 'no_owner'
    end as status_reason,
    coalesce(j.owner_no, o.employee_no) as owner_no,
    coalesce(
        j.late_reason,
        case when j.made_day >= j.deadline_on then 'late_by_data' end
    ) as late_reason
from judged as j
left join lateral (
    select a.employee_no
    from core.assignment as a
    where a.store_code = j.store_code and a.role = j.owner_role
    group by a.employee_no
    having
        bool_or(
            j.work_on >= a.valid_from
            and j.work_on <= coalesce(a.valid_to, j.work_on)
        )
    order by
        bool_or(
            j.open_on >= a.valid_from
            and j.open_on <= coalesce(a.valid_to, j.open_on)
        ) desc,
        md5(j.task_key || '/' || a.employee_no) asc,
        a.employee_no asc
    limit 1
) as o on true
