-- What the rules need to know of each row of a load, beside its own columns.
-- grain: one row per staging row of the load
-- reads: staging.call_result, ops.load, care.follow_up_task
-- writes: quality.row_fact
with loads as (
    select
        load_id,
        cast(:time_zone as text) as time_zone,
        cast(business_day + 1 as timestamp)
        at time zone :time_zone as business_day_end
    from ops.load
    where load_id = :load_id
)

insert into quality.row_fact (
    load_id,
    row_id,
    row_hash,
    version_at,
    business_day_end,
    business_key,
    is_key_complete,
    is_complete,
    is_task_known,
    event_start_at
)
select
    given.load_id,
    given.row_id,
    given.row_hash,
    given.version_at,
    loads.business_day_end,
    concat_ws(
        '|',
        coalesce(cast(given.task_key as text), ''),
        coalesce(cast(given.attempt_no as text), '')
    ) as business_key,
    num_nulls(given.task_key, given.attempt_no) = 0 as is_key_complete,
    num_nulls(
        given.task_key,
        given.attempt_no,
        given.called_at,
        given.outcome
    ) = 0 as is_complete,
    follow_up.task_key is not null as is_task_known,
    cast(least(follow_up.event_on, follow_up.open_on) as timestamp)
    at time zone loads.time_zone as event_start_at
from staging.call_result as given
inner join loads on given.load_id = loads.load_id
left join care.follow_up_task as follow_up
    on given.task_key = follow_up.task_key
