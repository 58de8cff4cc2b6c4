-- Eight figures of a month, written by hand as one statement: who they are
-- about, their counts, and each person's place in the post by satisfaction.
-- Every one is counted once for its person, or for its store.
-- grain: one row per person or store and figure
-- reads: care.follow_up_task, core.call_result, core.assignment,
--   core.repair_order, core.complaint, core.store
-- writes: bench_figure
insert into bench_figure (
    whose, kpi_id, numerator, denominator, excluded, place
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
        tasks.store_code,
        tasks.owner_role as role,
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

people as (
    select
        store_code,
        role,
        employee_no,
        count(*) filter (where is_refused) as refused,
        count(*) filter (where not is_refused) as due,
        count(*) filter (
            where not is_refused and first_on is not null
        ) as called,
        count(*) filter (where is_on_time and not is_refused) as on_time,
        count(*) filter (
            where is_refused or (is_late_by_data and not is_on_time)
        ) as not_judged,
        count(*) filter (
            where not is_refused and reached_on is not null
        ) as reached,
        count(*) filter (
            where first_on is not null and (reached_on is not null or is_usable)
        ) as attempted,
        count(*) filter (
            where first_on is not null and reached_on is null and not is_usable
        ) as useless,
        count(satisfaction) as answered,
        count(*) filter (where satisfaction >= 7) as satisfied
    from tasks
    group by store_code, role, employee_no
),

places as (
    select
        employee_no,
        rank() over (
            partition by role
            order by cast(satisfied as numeric) / answered desc
        ) as place
    from people
    where answered >= cast(:minimum_n as integer)
),

visits as (
    select
        visits.store_code,
        visits.vin,
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
    select distinct
        store_code,
        vin
    from visits
    where is_then
),

again as (
    select distinct vin
    from visits
    where not is_then
),

complaints as (
    select
        complaints.store_code,
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
),

figures as (
    select
        people.employee_no as whose,
        figures.kpi_id,
        figures.numerator,
        figures.denominator,
        figures.excluded,
        places.place
    from people
    left join places on people.employee_no = places.employee_no
    inner join lateral (
        values
        ('follow_up_coverage', people.called, people.due, people.refused),
        (
            'follow_up_on_time',
            people.on_time,
            people.due + people.refused - people.not_judged,
            people.not_judged
        ),
        ('follow_up_reach', people.reached, people.due, people.refused),
        (
            'follow_up_success',
            people.reached,
            people.attempted,
            people.useless
        ),
        ('satisfied_share', people.satisfied, people.answered, 0)
    ) as figures (kpi_id, numerator, denominator, excluded) on true
    union all
    select
        came.store_code as whose,
        'loss_rate' as kpi_id,
        count(*) filter (where again.vin is null) as numerator,
        count(*) as denominator,
        0 as excluded,
        null as place
    from came
    left join again on came.vin = again.vin
    group by came.store_code
    union all
    select
        store_code as whose,
        'complaint_closed' as kpi_id,
        count(*) filter (where closed_on <= close_by) as numerator,
        count(*) as denominator,
        0 as excluded,
        null as place
    from complaints
    where close_by between first_day and last_day
    group by store_code
    union all
    select
        store_code as whose,
        'complaint_handled' as kpi_id,
        count(*) filter (where solved_at <= solve_by) as numerator,
        count(*) as denominator,
        0 as excluded,
        null as place
    from complaints
    where cast(solve_by as date) between first_day and last_day
    group by store_code
)

select
    whose,
    kpi_id,
    numerator,
    denominator,
    excluded,
    place
from figures
where numerator + denominator + excluded > 0
