-- One call and one message a day for each person, whatever stores and rules
-- want: the task that goes first stays, the others wait behind it and are said
-- in its call. Who cannot be told apart by documents is who has the number.
-- grain: one row per task that waits or that others wait for
-- reads: pg_temp.night_subject, core.document_customer
-- writes: pg_temp.night_task
with persons as (
    select
        n.task_key,
        n.channel,
        n.priority,
        n.deadline_on,
        n.due_on,
        coalesce(
            min(p.known_id), encode(s.contact_hash, 'hex'), n.task_key
        ) as person
    from night_task as n
    inner join night_subject as s on n.task_key = s.task_key
    left join core.document_customer as p
        on
            n.store_code = p.store_code
            and n.document_kind = p.document_kind
            and n.document_no = p.document_no
            and n.contact_kind = any(p.contact_kinds)
            and p.kind = 'person'
    where n.status = 'open'
    group by
        n.task_key,
        n.channel,
        n.priority,
        n.deadline_on,
        n.due_on,
        s.contact_hash
),

ranked as (
    select
        persons.task_key,
        first_value(persons.task_key) over (
            partition by persons.person, persons.channel
            order by
                persons.priority,
                persons.deadline_on,
                persons.due_on,
                persons.task_key
        ) as first_key
    from persons
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
        case when r.task_key <> r.first_key then r.first_key end as merged_into,
        case when r.task_key = r.first_key then s.waiting end as also
    from ranked as r
    inner join shared as s on r.first_key = s.first_key
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
