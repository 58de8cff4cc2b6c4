-- grain: one row per contact of tonight's pending tasks
-- reads: pg_temp.night_message, outbound.message
-- writes: outbound.message
with night as (
    select cast(:day as date) as on_day
),

contacts as (
    select
        target_name,
        contact_key,
        store_code,
        min(task_key) as task_key
    from night_message
    where state = 'pending'
    group by target_name, contact_key, store_code
),

told as (
    select
        m.target,
        m.external_key,
        max(m.version) as last_version
    from contacts as c
    inner join outbound.message as m
        on
            c.target_name = m.target
            and m.entity = 'contact'
            and c.contact_key = m.external_key
    group by m.target, m.external_key
)

insert into outbound.message (
    target,
    entity,
    external_key,
    version,
    action,
    store_code,
    task_key,
    work_day
)
select
    c.target_name,
    'contact' as entity,
    c.contact_key as external_key,
    coalesce(t.last_version, 0) + 1 as next_version,
    'upsert' as message_action,
    c.store_code,
    c.task_key,
    night.on_day + 1 as work_day
from night
cross join contacts as c
left join told as t
    on c.target_name = t.target and c.contact_key = t.external_key
order by c.target_name, c.contact_key
