-- Whom a call told tonight what a greeting, invitation or thanks says hears it
-- from no other document either: what was told is known only now, after one
-- document of each person was chosen. What stands on a list is withdrawn, what
-- is new is not made; from the next night on the document that told it is the
-- chosen one. A person is who keep_budget says.
-- grain: one row per task of a person who was told by another one
-- reads: pg_temp.night_person, care.follow_up_task
-- writes: pg_temp.night_task
with asked as (
    select distinct
        event,
        occurrence
    from night_task
    where
        event in (
            'birthday', 'lunar_birthday', 'festival', 'campaign', 'referral'
        )
        and status = 'done'
        and status_reason = 'told'
),

known as (
    select
        n.task_key,
        n.event,
        n.occurrence,
        n.status,
        p.known_id,
        p.contact_hash
    from asked as a
    inner join night_task as n
        on a.event = n.event and a.occurrence = n.occurrence
    inner join night_person as p on n.task_key = p.task_key
    where
        n.status in ('open', 'held', 'postponed')
        or (n.status = 'done' and n.status_reason = 'told')
),

numbers as (
    select
        contact_hash,
        min(known_id) as known_id
    from known
    where contact_hash is not null
    group by contact_hash
    having min(known_id) = max(known_id)
),

persons as (
    select
        k.task_key,
        k.event,
        k.occurrence,
        k.status,
        coalesce(
            k.known_id, n.known_id, encode(k.contact_hash, 'hex')
        ) as person
    from known as k
    left join numbers as n on k.contact_hash = n.contact_hash
),

others as (
    select
        p.task_key,
        t.task_key is null as is_new
    from persons as p
    left join care.follow_up_task as t on p.task_key = t.task_key
    where
        p.status <> 'done'
        and exists (
            select 1
            from persons as told
            where
                told.status = 'done'
                and told.person = p.person
                and told.event = p.event
                and told.occurrence = p.occurrence
        )
),

unmade as (
    delete from night_task as n
    using others as o
    where n.task_key = o.task_key and o.is_new
)

update night_task as n
set
    status = 'withdrawn',
    status_reason = 'said_otherwise',
    merged_into = null
from others as o
where n.task_key = o.task_key and not o.is_new
