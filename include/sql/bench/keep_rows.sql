-- What the eight figures of a month stand on, written by hand: each row once
-- for its person, or for its store.
-- grain: one row per figure and row behind it
-- reads: care.follow_up_task, core.call_result, core.assignment,
--   core.repair_order, core.complaint
-- writes: bench_row
insert into bench_row (
    whose, kpi_id, row_kind, row_key, is_numerator, is_excluded, reason
)
with given as (
    select
        cast(:first_day as date) as first_day,
        cast(:last_day as date) as last_day,
        cast(:closing_on as date) as closing_on,
        cast(:time_zone as text) as time_zone
),

calls as (
    select
        calls.task_key,
        min(calls.called_on) as first_on,
        min(calls.called_on) filter (
            where calls.outcome in ('reached', 'declined')
        ) as reached_on,
        bool_or(calls.outcome = 'refused') as is_refused,
        (
            array_agg(calls.satisfaction order by calls.attempt_no desc)
            filter (
                where
                calls.outcome = 'reached' and calls.satisfaction is not null
            )
        )[1] as satisfaction
    from given
    inner join core.call_result as calls
        on given.closing_on >= calls.called_on
    group by calls.task_key
),

tasks as (
    select
        tasks.task_key,
        tasks.owner_no as employee_no,
        calls.first_on,
        calls.reached_on,
        calls.satisfaction,
        coalesce(calls.is_refused, false) and calls.reached_on is null
            as is_refused,
        tasks.contact_check = 'valid' as is_usable,
        coalesce(calls.first_on <= tasks.deadline_on, false) as is_on_time,
        coalesce(tasks.late_reason = 'late_by_data', false) as is_late_by_data
    from given
    inner join care.follow_up_task as tasks
        on tasks.due_on between given.first_day and given.last_day
    inner join core.assignment as posts
        on
            tasks.owner_no = posts.employee_no
            and tasks.store_code = posts.store_code
            and tasks.owner_role = posts.role
            and tasks.due_on >= posts.valid_from
            and coalesce(tasks.due_on <= posts.valid_to, true)
    left join calls on tasks.task_key = calls.task_key
    where tasks.is_counted and tasks.status <> 'withdrawn'
),

visits as (
    select
        visits.store_code,
        visits.vin,
        visits.ro_no,
        visits.opened_at,
        cast(
            visits.opened_at at time zone given.time_zone as date
        ) < given.first_day - interval '5 months' as is_then
    from given
    inner join core.repair_order as visits
        on
            cast(visits.opened_at at time zone given.time_zone as date)
            between given.first_day - interval '6 months' and given.last_day
    where
        visits.ro_type <> 'pre_delivery'
        and visits.status <> 'cancelled'
        and not visits.is_reversed
),

came as (
    select distinct on (store_code, vin)
        store_code,
        vin,
        ro_no
    from visits
    where is_then
    order by store_code asc, vin asc, opened_at desc, ro_no desc
),

again as (
    select distinct vin
    from visits
    where not is_then
),

complaints as (
    select
        complaints.store_code,
        complaints.complaint_no,
        complaints.received_on + 7 as close_by,
        complaints.solved_at at time zone given.time_zone as solved_at,
        complaints.received_at at time zone given.time_zone
        + interval '24 hours' as solve_by,
        cast(complaints.closed_at at time zone given.time_zone as date)
            as closed_on,
        given.first_day,
        given.last_day
    from given
    inner join core.complaint as complaints
        on given.last_day >= complaints.received_on
)

select
    tasks.employee_no as whose,
    figures.kpi_id,
    'follow_up_task' as row_kind,
    tasks.task_key as row_key,
    figures.is_numerator,
    figures.is_excluded,
    case
        when figures.is_excluded then 'excluded'
        when figures.is_numerator then 'counted'
        else 'missed'
    end as reason
from tasks
inner join lateral (
    values
    (
        'follow_up_coverage',
        true,
        tasks.first_on is not null,
        tasks.is_refused
    ),
    (
        'follow_up_on_time',
        true,
        tasks.is_on_time,
        tasks.is_refused or (tasks.is_late_by_data and not tasks.is_on_time)
    ),
    (
        'follow_up_reach',
        true,
        tasks.reached_on is not null,
        tasks.is_refused
    ),
    (
        'follow_up_success',
        tasks.first_on is not null,
        tasks.reached_on is not null,
        tasks.reached_on is null and not tasks.is_usable
    ),
    (
        'satisfied_share',
        tasks.satisfaction is not null,
        tasks.satisfaction >= 7,
        false
    )
) as figures (kpi_id, is_due, is_numerator, is_excluded) on figures.is_due
union all
select
    came.store_code as whose,
    'loss_rate' as kpi_id,
    'repair_order' as row_kind,
    came.store_code || '|' || came.ro_no as row_key,
    again.vin is null as is_numerator,
    false as is_excluded,
    case when again.vin is null then 'lost' else 'came' end as reason
from came
left join again on came.vin = again.vin
union all
select
    store_code as whose,
    'complaint_closed' as kpi_id,
    'complaint' as row_kind,
    store_code || '|' || complaint_no as row_key,
    coalesce(closed_on <= close_by, false) as is_numerator,
    false as is_excluded,
    'closed' as reason
from complaints
where close_by between first_day and last_day
union all
select
    store_code as whose,
    'complaint_handled' as kpi_id,
    'complaint' as row_kind,
    store_code || '|' || complaint_no as row_key,
    coalesce(solved_at <= solve_by, false) as is_numerator,
    false as is_excluded,
    'handled' as reason
from complaints
where cast(solve_by as date) between first_day and last_day
