-- Open tasks whose version their store's target has not been told yet: its
-- gateway for messages, where it has one. What is too old to be worked on is
-- not sent.
-- grain: one row per task to send
-- reads: pg_temp.night_task, care.follow_up_task, pg_temp.night_store,
--   outbound.message
-- writes: pg_temp.night_message
with night as (
    select cast(:today as date) as today
),

tasks as (
    select
        t.task_key,
        t.store_code,
        t.vin,
        t.document_no,
        t.version,
        t.expires_on,
        case
            when t.channel = 'sms'
                then coalesce(s.message_target, s.target_name)
            else s.target_name
        end as target_name
    from night_task as n
    inner join care.follow_up_task as t on n.task_key = t.task_key
    inner join night_store as s on t.store_code = s.store_code
    where t.status = 'open'
)

insert into night_message (
    task_key,
    target_name,
    store_code,
    contact_key,
    task_version,
    state
)
select
    t.task_key,
    t.target_name,
    t.store_code,
    t.store_code || '.' || coalesce(t.vin, t.document_no) as contact_key,
    t.version,
    case
        when t.expires_on < night.today then 'expired'
        else 'pending'
    end as state
from night
cross join tasks as t
where
    not exists (
        select 1
        from outbound.message as m
        where
            m.target = t.target_name
            and m.entity = 'task'
            and m.external_key = t.task_key
            and m.version = t.version
            and m.action = 'upsert'
    )
