-- When each store last told the time of a step of any complaint, up to the
-- month's last day: what tells a step that nobody took from one that the
-- dealer system does not tell. A KPI asks whether that was in the months of its
-- `told_within`, of which this is the last. What a store told after the month
-- says nothing of it: it may have begun to note the step on that day.
-- grain: one row per store that has a complaint
-- reads: pg_temp.judged_complaint
-- writes: pg_temp.told_step
create temporary table told_step on commit drop as
with
given as (
    select cast(:last_day as date) + 1 as over_from
)

select
    k.store_code,
    max(k.acknowledged_at) filter (
        where k.acknowledged_at < given.over_from
    ) as acknowledged_at,
    max(k.dispatched_at) filter (
        where k.dispatched_at < given.over_from
    ) as dispatched_at,
    max(k.planned_at) filter (
        where k.planned_at < given.over_from
    ) as planned_at,
    max(k.handled_at) filter (
        where k.handled_at < given.over_from
    ) as handled_at,
    max(k.called_again_at) filter (
        where k.called_again_at < given.over_from
    ) as called_again_at
from judged_complaint as k
cross join given
group by k.store_code
