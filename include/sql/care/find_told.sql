-- What can be said in another call was said there, when the person was reached
-- about a task that goes first, on a day on which this one waited to be worked
-- on; or in a message that staff wrote, where it waited for one, too. So was
-- the same follow-up of the same store about another order or car, whatever its
-- rule says, so that nobody is asked twice in a row; what came onto a list of
-- its own after that call was not said in it. A gateway's message says its own
-- matter only, and with it what its words fit but for the plate: the same
-- follow-up of the same day. A greeting goes before other messages. What is
-- only worked out has to have stood on a list by then: what a late night found
-- did not, and what was withdrawn by then was not said. A task that was told so
-- stays told while that call stands, wherever its dates or those of the call's
-- own task move, and also when nobody can be asked any more who it was about.
-- Who is met face to face is met each time.
-- grain: one row per task, day and call in which the person was reached
-- reads: pg_temp.night_task, pg_temp.night_subject, pg_temp.night_person,
--   pg_temp.night_call, care.follow_up_task
-- writes: pg_temp.night_told
with named as (
    select
        n.task_key,
        coalesce(p.known_id, encode(p.contact_hash, 'hex')) as person,
        case
            when not n.is_face_to_face
                then
                    concat_ws(
                        '/', n.store_code, n.pack, n.rule_id, n.event,
                        n.occurrence
                    )
        end as matter
    from night_task as n
    left join night_person as p on n.task_key = p.task_key
),

reached as (
    select
        n.task_key,
        n.priority,
        n.deadline_on,
        n.due_on,
        n.event_on,
        p.person,
        p.matter,
        c.called_on,
        bool_and(c.outcome = 'message_sent') as is_message,
        bool_and(c.outcome = 'message_sent' and c.attempt_no = 0)
            as is_by_gateway
    from night_task as n
    left join care.follow_up_task as t
        on n.task_key = t.task_key and t.status = 'done'
    inner join night_call as c
        on
            n.task_key = c.task_key
            and greatest(n.expires_on, t.expires_on) >= c.called_on
    inner join named as p on n.task_key = p.task_key
    where
        n.channel <> 'internal'
        and c.outcome in ('reached', 'declined', 'message_sent')
    group by
        n.task_key,
        n.priority,
        n.deadline_on,
        n.due_on,
        n.event_on,
        p.person,
        p.matter,
        c.called_on
)

insert into night_told (
    task_key,
    told_on,
    told_with,
    is_message
)
select
    n.task_key,
    r.called_on as told_on,
    r.task_key as told_with,
    r.is_message
from night_task as n
inner join night_subject as s on n.task_key = s.task_key
inner join care.follow_up_task as t on n.task_key = t.task_key
inner join reached as r on t.merged_into = r.task_key
inner join named as p on n.task_key = p.task_key
where
    (
        (n.is_mergeable and not r.is_by_gateway)
        or coalesce(p.matter = r.matter, false)
    )
    and t.status_reason = 'told'
    and (s.problem is not null or coalesce(p.person = r.person, true))
union
select
    n.task_key,
    r.called_on as told_on,
    r.task_key as told_with,
    r.is_message
from night_task as n
inner join night_subject as s on n.task_key = s.task_key
inner join named as p on n.task_key = p.task_key
inner join reached as r
    on p.person = r.person and n.task_key <> r.task_key
left join care.follow_up_task as t on n.task_key = t.task_key
where
    (
        (n.is_mergeable and not r.is_by_gateway)
        or (
            p.matter = r.matter
            and (n.event_on = r.event_on or not r.is_by_gateway)
            and not coalesce(
                t.status = 'open' and t.listed_day >= r.called_on, false
            )
        )
    )
    and (
        (
            t.listed_day < r.called_on
            and t.late_reason is distinct from 'late_by_data'
        )
        or s.arrived_on is not null
    )
    and r.called_on between n.open_on and n.expires_on
    and r.called_on > n.made_day
    and (r.priority, r.deadline_on, r.due_on, r.task_key)
    < (n.priority, n.deadline_on, n.due_on, n.task_key)
    and not coalesce(
        t.status = 'withdrawn' and t.changed_day < r.called_on, false
    )
