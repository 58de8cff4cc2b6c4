-- Decides status and owner. Done goes before withdrawn: a call that was made
-- stays made. The owner is somebody who has the role on the day of work,
-- preferably already when the task opened, never the one who served the
-- customer, and the same one however often it is decided. Calls count until the
-- task expires, and for a task that was done they go on counting when its dates
-- move.
-- grain: one row per task
-- reads: pg_temp.night_subject, core.call_result, core.assignment,
--   care.follow_up_task, care.do_not_call_person, care.do_not_call_number,
--   core.document_customer, pg_temp.night_wish
-- writes: pg_temp.night_task
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
                    'reached', 'refused', 'invalid_number', 'wrong_person',
                    'already_called', 'not_our_customer'
                )
            )
        )[1] as final_outcome
    from night
    cross join night_task as n
    inner join core.call_result as c
        on n.task_key = c.task_key and night.horizon >= c.called_on
    left join care.follow_up_task as t
        on n.task_key = t.task_key and t.status = 'done'
    where c.called_on <= greatest(n.expires_on, t.expires_on)
    group by n.task_key
),

-- Worked out once each: the planner would ask who somebody is task by task.
person_wishes as materialized (
    select
        w.vin,
        w.known_id,
        w.called_on
    from night
    inner join care.do_not_call_person as w on night.horizon >= w.called_on
),

known_wishes as materialized (
    select
        n.task_key,
        n.store_code,
        n.document_kind,
        n.document_no,
        n.contact_kind,
        w.known_id,
        w.called_on
    from person_wishes as w
    inner join night_task as n on w.vin = n.vin
),

number_wishes as materialized (
    select
        w.contact_hash,
        min(w.called_on) as called_on
    from night
    inner join care.do_not_call_number as w on night.horizon >= w.called_on
    group by w.contact_hash
),

wishes as (
    -- Vehicle by vehicle, so that wishes about others are not read, of however
    -- many years they are.
    select
        n.task_key,
        said.called_on
    from night
    cross join night_task as n
    left join lateral (
        select min(c.called_on) as called_on
        from care.follow_up_task as t
        inner join core.call_result as c on t.task_key = c.task_key
        where
            n.vin = t.vin
            and c.is_do_not_call
            and night.horizon >= c.called_on
    ) as said on true
    union all
    select
        k.task_key,
        k.called_on
    from known_wishes as k
    inner join core.document_customer as p
        on
            k.store_code = p.store_code
            and k.document_kind = p.document_kind
            and k.document_no = p.document_no
            and k.contact_kind = any(p.contact_kinds)
            and k.known_id = p.known_id
    union all
    select
        n.task_key,
        w.called_on
    from number_wishes as w
    inner join night_subject as s on w.contact_hash = s.contact_hash
    inner join night_task as n on s.task_key = n.task_key
    where
        not exists (
            select 1
            from core.document_customer as p
            where
                n.store_code = p.store_code
                and n.document_kind = p.document_kind
                and n.document_no = p.document_no
                and n.contact_kind = any(p.contact_kinds)
                and p.kind = 'person'
        )
),

do_not_calls as (
    select
        wishes.task_key,
        min(wishes.called_on) as asked_on
    from wishes
    group by wishes.task_key
),

judged as (
    select
        n.task_key,
        n.store_code,
        n.owner_role,
        n.open_on,
        s.problem,
        s.served_by,
        w.paused_until,
        w.channel as wanted_channel,
        w.preferred_slot,
        c.final_outcome,
        c.last_outcome,
        n.expires_on <= night.horizon as is_over,
        n.open_on > night.horizon + 1 as is_early,
        case
            when coalesce(n.contact_check, 'missing') <> 'valid'
                then coalesce(n.contact_check, 'missing')
            when d.asked_on <= n.expires_on then 'do_not_call'
            else w.obstacle
        end as obstacle,

        greatest(
            n.open_on,
            least(
                n.expires_on,
                case
                    when c.final_outcome is null
                        then least(night.horizon, s.lost_on - 1) + 1
                    else c.last_called_on
                end
            )
        ) as work_on
    from night
    cross join night_task as n
    inner join night_subject as s on n.task_key = s.task_key
    left join calls as c on n.task_key = c.task_key
    left join do_not_calls as d on n.task_key = d.task_key
    left join night_wish as w on n.task_key = w.task_key
),

owned as (
    select
        j.*,
        o.employee_no as owner_no
    from judged as j
    left join lateral (
        select a.employee_no
        from core.assignment as a
        where
            a.store_code = j.store_code
            and a.role = j.owner_role
            and a.employee_no is distinct from j.served_by
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
)

update night_task as n
set
    status = case
        when j.final_outcome is not null then 'done'
        when j.problem is not null then 'withdrawn'
        when j.is_over then 'missed'
        when j.is_early then 'postponed'
        when j.obstacle is not null then 'held'
        when j.paused_until is not null then 'postponed'
        else 'open'
    end,
    status_reason = case
        when j.final_outcome is not null then j.final_outcome
        when j.problem is not null then j.problem
        when j.is_early then 'not_yet'
        when j.obstacle is not null then j.obstacle
        when j.is_over and j.last_outcome is not null then j.last_outcome
        when j.is_over and j.paused_until is null then 'not_called'
        when j.paused_until is not null then 'paused'
        when j.owner_no is null then 'no_owner'
    end,
    owner_no = coalesce(n.owner_no, j.owner_no),
    channel = coalesce(j.wanted_channel, n.channel),
    preferred_slot = j.preferred_slot,
    merged_into = null,
    also = '{}',
    late_reason = coalesce(
        n.late_reason,
        case when n.made_day >= n.deadline_on then 'late_by_data' end
    )
from owned as j
where n.task_key = j.task_key
