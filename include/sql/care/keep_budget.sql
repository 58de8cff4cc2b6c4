-- One call and one message a day for each person, whatever stores and rules
-- want: the task that goes first stays, the others wait behind it, and those
-- that can be merged are said in its call. A person is who core knows by the
-- task's order, else the one who is known with the same number tonight, else
-- whoever has the number. Who is met face to face is contacted by nobody, and
-- nor is anybody by work inside the house. A greeting never waits for another
-- day: it is said in a call of that day, to which it gives way, and else goes
-- before other messages, of which none is written into it.
-- grain: one row per task that waits or that others wait for
-- reads: pg_temp.night_person
-- writes: pg_temp.night_task
with known as (
    select
        n.task_key,
        n.channel,
        n.priority,
        n.deadline_on,
        n.due_on,
        p.contact_hash,
        p.known_id,
        n.event in ('birthday', 'lunar_birthday', 'festival') as is_greeting
    from night_task as n
    inner join night_person as p on n.task_key = p.task_key
    where
        n.status = 'open'
        and n.channel <> 'internal'
        and not n.is_face_to_face
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
        k.channel,
        k.priority,
        k.deadline_on,
        k.due_on,
        k.is_greeting,
        coalesce(
            k.known_id,
            n.known_id,
            encode(k.contact_hash, 'hex'),
            k.task_key
        ) as person
    from known as k
    left join numbers as n on k.contact_hash = n.contact_hash
),

ways as (
    select
        persons.*,
        case
            when
                persons.is_greeting
                and bool_or(
                    persons.channel = 'phone' and not persons.is_greeting
                ) over (partition by persons.person)
                then 'phone'
            else persons.channel
        end as way
    from persons
),

ranked as (
    select
        ways.task_key,
        ways.is_greeting and ways.way <> 'phone' as is_greeting_message,
        first_value(ways.task_key) over (
            partition by ways.person, ways.way
            order by
                ways.is_greeting = (ways.way = 'phone') asc,
                ways.priority asc,
                ways.deadline_on asc,
                ways.due_on asc,
                ways.task_key asc
        ) as first_key
    from ways
),

shared as (
    select
        first_key,
        array_agg(task_key order by task_key) filter (
            where task_key <> first_key
        ) as waiting
    from ranked
    group by first_key
    having count(*) > 1
),

placed as (
    select
        r.task_key,
        case when not r.is_greeting_message then s.waiting end as also,
        case when r.task_key <> r.first_key then r.first_key end as merged_into
    from ranked as r
    left join shared as s on r.task_key = s.first_key
    where r.task_key <> r.first_key or s.first_key is not null
)

update night_task as n
set
    status = case
        when p.merged_into is null then n.status else 'postponed'
    end,
    status_reason = case
        when p.merged_into is null then n.status_reason else 'contact_budget'
    end,
    merged_into = p.merged_into,
    also = coalesce(p.also, '{}')
from placed as p
where n.task_key = p.task_key
