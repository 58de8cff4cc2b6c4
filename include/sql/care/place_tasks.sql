-- The dates of tonight's tasks: the set-based twin of aftercare.rules.due.
-- What becomes of them is judged later. What became known when it was over
-- makes no task, whichever night looks at it. A lost event has a task only if a
-- night in order would have made it before. A reminder that only a late night
-- finds, when it is over, nobody had on a list: it is late by its data.
-- grain: one row per task
-- reads: pg_temp.night_subject, pg_temp.night_rule, care.calendar_day,
--   care.follow_up_task
-- writes: pg_temp.night_task
with night as (
    select
        cast(:day as date) as on_day,
        cast(:horizon as date) as horizon,
        cast(:policy_digest as text) as policy_digest
),

wanted as (
    select
        s.task_key,
        s.event_on,
        s.calendar,
        s.arrived_on,
        s.lost_on,
        r.rule_no,
        r.is_by_design,
        r.is_on_day,
        cast(
            s.event_on + make_interval(months => r.opens_months) as date
        ) + r.opens_days as opens_on,
        cast(
            s.event_on + make_interval(months => r.due_months) as date
        ) + r.due_days as due_on,
        cast(
            s.event_on + make_interval(months => r.deadline_months) as date
        ) + r.deadline_days as deadline_on,
        cast(
            s.event_on + make_interval(months => r.expires_months) as date
        ) + r.expires_days as expires_on,
        cast(
            s.event_on + make_interval(months => r.day_after_months) as date
        ) + r.day_after_days as other_on
    from night_subject as s
    inner join night_rule as r on s.rule_no = r.rule_no
    where s.problem is null or s.lost_on is not null
),

opened as (
    select
        w.*,
        case
            when not w.is_on_day then o.next_open_on
            when due.previous_open_on >= w.opens_on then due.previous_open_on
            else greatest(w.opens_on, due.next_open_on)
        end as open_on
    from wanted as w
    left join care.calendar_day as other
        on w.calendar = other.calendar and w.other_on = other.day
    inner join care.calendar_day as o
        on
            w.calendar = o.calendar
            and o.day = greatest(w.opens_on, other.next_open_on + 1)
    inner join care.calendar_day as due
        on w.calendar = due.calendar and w.due_on = due.day
),

placed as (
    select
        n.task_key,
        n.event_on,
        n.arrived_on,
        n.lost_on,
        n.rule_no,
        n.is_by_design,
        n.open_on,
        n.deadline_on as last_day,
        n.expires_on,
        case
            when due.previous_open_on >= n.open_on then due.previous_open_on
            else greatest(n.open_on, due.next_open_on)
        end as due_on,
        case
            when late.previous_open_on >= n.open_on then late.previous_open_on
            else greatest(n.open_on, late.next_open_on)
        end as deadline_on
    from opened as n
    inner join care.calendar_day as due
        on n.calendar = due.calendar and n.due_on = due.day
    inner join care.calendar_day as late
        on n.calendar = late.calendar and n.deadline_on = late.day
),

dated as (
    select
        p.task_key,
        p.event_on,
        p.rule_no,
        p.arrived_on,
        p.lost_on,
        p.open_on,
        p.due_on,
        greatest(p.open_on - 1, p.arrived_on) as made_day,
        greatest(p.due_on, p.deadline_on) as deadline_on,
        greatest(p.due_on, p.deadline_on, p.expires_on) as expires_on,
        case
            when p.is_by_design then 'late_by_design'
            when p.due_on > p.last_day then 'late_by_calendar'
        end as late_reason
    from placed as p
)

insert into night_task (
    task_key,
    store_code,
    rule_id,
    pack,
    event,
    document_kind,
    document_no,
    occurrence,
    vin,
    event_on,
    open_on,
    due_on,
    deadline_on,
    expires_on,
    contact_kind,
    contact_check,
    contact_digest,
    owner_role,
    about,
    purpose,
    is_mergeable,
    is_counted,
    is_face_to_face,
    channel,
    script_id,
    script_version,
    priority,
    status,
    late_reason,
    policy_line,
    policy_digest,
    arrived_day,
    made_day,
    listed_day,
    changed_day
)
select
    d.task_key,
    s.store_code,
    s.rule_id,
    r.pack,
    s.event,
    s.document_kind,
    s.document_no,
    s.occurrence,
    s.vin,
    d.event_on,
    d.open_on,
    d.due_on,
    d.deadline_on,
    d.expires_on,
    coalesce(s.contact_kind, r.contact_kind) as contact_kind,
    s.contact_check,
    s.contact_digest,
    r.owner_role,
    r.about,
    r.purpose,
    r.is_mergeable,
    r.is_counted,
    r.is_face_to_face,
    r.channel,
    r.script_id,
    r.script_version,
    r.priority,
    'open' as new_status,
    case
        when
            d.arrived_on is null
            and (
                (
                    t.task_key is null
                    and night.on_day < night.horizon
                    and d.expires_on <= night.horizon
                )
                or (
                    t.late_reason = 'late_by_data'
                    and t.event_on = d.event_on
                )
            )
            then 'late_by_data'
        else d.late_reason
    end as late_reason,
    r.policy_line,
    night.policy_digest,
    coalesce(d.arrived_on, d.made_day) as arrived_day,
    d.made_day,
    case
        when d.lost_on is null then night.on_day else d.made_day
    end as listed_day,
    coalesce(d.lost_on, night.on_day) as changed_day
from night
cross join dated as d
inner join night_subject as s on d.task_key = s.task_key
inner join night_rule as r on d.rule_no = r.rule_no
left join care.follow_up_task as t on d.task_key = t.task_key
where
    t.task_key is not null
    or (d.lost_on > d.made_day and d.made_day <= d.expires_on)
    or (
        d.lost_on is null
        and d.open_on <= night.horizon + 1
        and d.expires_on >= night.on_day
        and d.expires_on >= d.made_day
    )
