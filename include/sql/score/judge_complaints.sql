-- Complaints with the times of their steps in local time, judged once: what
-- every KPI about their steps reads. `begins_at` is when the minutes of a term
-- begin to run: at once, or when the store opens; only of complaints that came
-- in around the month is it known. What is left of them when it closes at
-- `closes_at` stands still `shut_for` so long; a term that begins in the
-- morning ends before. A step that was taken after the closing day is not
-- taken for this month; a time from before the day on which the complaint came
-- in is a default date and none, whatever the step. A complaint that was told
-- in a call and is kept under the task's key has nobody who takes it.
-- grain: one row per complaint that was not deleted by the closing day
-- reads: core.complaint, pg_temp.opening
-- writes: pg_temp.judged_complaint
create temporary table judged_complaint on commit drop as
with
complaints as (
    select
        store_code,
        complaint_no,
        received_on,
        received_at,
        received_at at time zone :time_zone as came_at,
        cast(received_at at time zone :time_zone as date) as came_day,
        acknowledged_at at time zone :time_zone as acknowledged_at,
        dispatched_at at time zone :time_zone as dispatched_at,
        planned_at at time zone :time_zone as planned_at,
        solved_at at time zone :time_zone as handled_at,
        second_call_at at time zone :time_zone as called_again_at,
        closed_at at time zone :time_zone as closed_at,
        coalesce(complaint_no = task_key, false) as is_told_in_call,
        cast(:closing_on as date) + 1 as closed_from
    from core.complaint
    where not is_vanished or vanished_day > :closing_on
)

select
    k.store_code,
    k.complaint_no,
    k.received_on,
    k.received_at,
    k.is_told_in_call,
    case
        when k.came_at < o.closes_at then greatest(k.came_at, o.opens_at)
        else o.next_opens_at
    end as begins_at,
    case when k.came_at < o.closes_at then o.closes_at end as closes_at,
    o.next_opens_at - o.closes_at as shut_for,
    case
        when
            k.acknowledged_at >= k.came_day
            and k.acknowledged_at < k.closed_from
            then k.acknowledged_at
    end as acknowledged_at,
    case
        when
            k.dispatched_at >= k.came_day
            and k.dispatched_at < k.closed_from
            then k.dispatched_at
    end as dispatched_at,
    case
        when
            k.planned_at >= k.came_day
            and k.planned_at < k.closed_from
            then k.planned_at
    end as planned_at,
    case
        when
            k.handled_at >= k.came_day
            and k.handled_at < k.closed_from
            then k.handled_at
    end as handled_at,
    case
        when
            k.called_again_at >= k.came_day
            and k.called_again_at < k.closed_from
            then k.called_again_at
    end as called_again_at,
    case
        when
            k.closed_at >= k.came_day
            and k.closed_at < k.closed_from
            then k.closed_at
    end as closed_at
from complaints as k
left join opening as o
    on k.store_code = o.store_code and k.received_on = o.day
