-- What came of the attempts to reach the number that a task has now: of calls
-- made, and messages sent, since its document gives it. Several calls of one
-- half-day are one attempt; where nobody wrote down the time, the day is.
-- grain: one row per task with an attempt in vain or a message
-- reads: pg_temp.night_task, pg_temp.night_subject, pg_temp.night_rule,
--   pg_temp.night_number, pg_temp.night_call, care.follow_up_task
-- writes: pg_temp.night_attempt
with night as (
    select cast(:time_zone as text) as time_zone
),

calls as (
    select
        n.task_key,
        c.called_on,
        c.called_at,
        c.attempt_no,
        c.outcome,
        c.outcome like 'message%' as is_message,
        case
            when
                cast(c.called_at at time zone night.time_zone as time)
                = time '00:00'
                then null
            when
                extract(hour from c.called_at at time zone night.time_zone)
                < r.afternoon_from
                then 'morning'
            else 'afternoon'
        end as half
    from night
    cross join night_task as n
    inner join night_subject as s on n.task_key = s.task_key
    inner join night_call as c on n.task_key = c.task_key
    left join night_rule as r on s.rule_no = r.rule_no
    left join night_number as g on n.task_key = g.task_key
    left join care.follow_up_task as t
        on n.task_key = t.task_key and t.status = 'done'
    where
        c.called_on <= greatest(n.expires_on, t.expires_on)
        and c.called_on > coalesce(g.given_on, date '-infinity')
        and c.outcome in (
            'no_answer', 'busy', 'powered_off', 'message_sent',
            'message_refused'
        )
),

halves as (
    select
        task_key,
        count(*) as attempts
    from (
        select distinct
            task_key,
            called_on,
            half
        from calls
        where not is_message
    ) as tried
    group by task_key
)

insert into night_attempt (
    task_key,
    attempts,
    last_tried_on,
    last_half,
    said,
    is_said_by_gateway
)
select
    c.task_key,
    coalesce(h.attempts, 0) as attempts,
    max(c.called_on) filter (where not c.is_message) as last_tried_on,
    (
        array_agg(c.half order by c.called_at desc, c.attempt_no desc)
        filter (where not c.is_message)
    )[1] as last_half,
    (
        array_agg(
            c.outcome
            order by
                c.outcome = 'message_sent' desc,
                c.called_at desc,
                c.attempt_no desc
        ) filter (where c.is_message)
    )[1] as said,
    coalesce(bool_or(c.is_message and c.attempt_no = 0), false)
        as is_said_by_gateway
from calls as c
left join halves as h on c.task_key = h.task_key
group by c.task_key, h.attempts
