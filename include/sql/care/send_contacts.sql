-- grain: one row per contact of tonight's pending tasks
-- reads: pg_temp.night_message, outbound.message
-- writes: outbound.message
with contacts as (
    select
        target_name,
        contact_key,
        store_code,
        min(task_key) as task_key
    from night_message
    where state = 'pending'
    group by target_name, contact_key, store_code
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
    (
        select coalesce(max(m.version), 0) + 1
        from outbound.message as m
        where
            m.target = c.target_name
            and m.entity = 'contact'
            and m.external_key = c.contact_key
    ) as next_version,
    'upsert' as message_action,
    c.store_code,
    c.task_key,
    cast(:day as date) + 1 as work_day
from contacts as c
order by c.target_name, c.contact_key
