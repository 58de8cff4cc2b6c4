-- Decides status, way and owner. Done goes before withdrawn: a call that was
-- made stays made, and so does what was told in a call about another task. Who
-- waited behind another task on the last day was not left out by anybody: the
-- budget did that. The owner is somebody who has the role on the day of work,
-- preferably already when the task opened, never the one who served the
-- customer, and always the same one. Who is away that day
-- is covered by their deputy, else by others with the role, else by the role
-- that covers it. Calls count until the
-- task expires, and for a task that was done they go on counting when its dates
-- move.
-- A call comes first, a message where the customer wants that, or where all
-- attempts were in vain; a message that cannot be sent may become a call. When
-- nothing is left to try, the number is unreachable. Work inside the house
-- contacts no customer, so nothing that they said holds it.
-- grain: one row per task
-- reads: pg_temp.night_subject, pg_temp.night_person, pg_temp.night_told,
--   pg_temp.night_wish, pg_temp.night_owner, care.vehicle_owner,
--   pg_temp.night_call, core.call_result, core.assignment,
--   core.sales_order,
--   core.document_customer, care.absence,
--   care.follow_up_task, care.occasion, pg_temp.night_rule,
--   pg_temp.night_attempt, pg_temp.night_number, care.calendar_day
-- writes: pg_temp.night_task
with night as (
    select cast(:horizon as date) as horizon
),

calls as (
    select
        n.task_key,
        max(c.called_on) as last_called_on,
        (
            array_agg(c.outcome order by c.called_at desc, c.attempt_no desc)
        )[1] as last_outcome,
        (
            array_agg(
                c.outcome
                order by
                    c.outcome = 'reached' desc,
                    c.called_at desc,
                    c.attempt_no desc
            ) filter (
                where c.outcome in (
                    'reached', 'declined', 'refused', 'invalid_number',
                    'wrong_person', 'already_called', 'not_our_customer'
                )
            )
        )[1] as final_outcome,
        -- The last day on which the number that there is now proved wrong.
        max(c.called_on) filter (
            where
            c.outcome in ('invalid_number', 'wrong_person')
            and coalesce(c.called_on > g.given_on, true)
        ) as wrong_on
    from night_task as n
    inner join night_call as c on n.task_key = c.task_key
    left join night_number as g on n.task_key = g.task_key
    left join care.follow_up_task as t
        on n.task_key = t.task_key and t.status = 'done'
    where
        c.called_on <= greatest(n.expires_on, t.expires_on)
        -- That a number is wrong was said of the one before, if the new one
        -- came while there was time to call it.
        and not (
            c.outcome in ('invalid_number', 'wrong_person')
            and coalesce(
                c.called_on <= g.given_on and g.given_on < n.expires_on, false
            )
        )
    group by n.task_key
),

-- Wish by wish, of which there are few: offset 0 keeps the planner from asking
-- who everybody is.
said_wishes as materialized (
    select
        c.task_key,
        c.called_on,
        p.known_id,
        t.store_code,
        t.document_kind,
        t.document_no,
        t.contact_kind
    from night
    inner join core.call_result as c on night.horizon >= c.called_on
    inner join care.follow_up_task as t on c.task_key = t.task_key
    left join lateral (
        select min(d.known_id) as known_id
        from core.document_customer as d
        where
            t.vin = d.vin
            and t.store_code = d.store_code
            and t.document_kind = d.document_kind
            and t.document_no = d.document_no
            and t.contact_kind = any(d.contact_kinds)
            and d.kind = 'person'
        offset 0 -- noqa: AM09
    ) as p on true
    where c.is_do_not_call
),

number_wishes as (
    select
        w.called_on,
        case w.contact_kind
            when 'owner' then e.owner_hash else e.contact_hash
        end as contact_hash
    from said_wishes as w
    inner join lateral (
        select
            o.owner_hash,
            o.contact_hash
        from care.occasion as o
        where
            w.store_code = o.store_code
            and w.document_kind = o.document_kind
            and w.document_no = o.document_no
            and o.event in (
                'delivery', 'workshop_exit', 'policy_end', 'lead_defeated'
            )
        offset 0 -- noqa: AM09
    ) as e on true
    where w.known_id is null
),

wishes as (
    -- Vehicle by vehicle, so that wishes about others are not read, of however
    -- many years they are. They end with the owner about whose visit or
    -- purchase the call was.
    select
        n.task_key,
        said.called_on
    from night
    cross join night_task as n
    left join night_owner as o on n.task_key = o.task_key
    inner join lateral (
        select min(c.called_on) as called_on
        from care.follow_up_task as t
        inner join core.call_result as c on t.task_key = c.task_key
        left join core.sales_order as sale
            on
                t.event = 'registration'
                and t.store_code = sale.store_code
                and t.document_no = sale.order_no
        left join lateral (
            select
                v.name_hash,
                v.known_ids
            from care.vehicle_owner as v
            where
                o.vin = v.vin
                and v.first_on <= c.called_on
                and v.first_on <= coalesce(sale.delivered_on, t.event_on)
            order by
                least(
                    v.last_on,
                    coalesce(sale.delivered_on, t.event_on),
                    c.called_on
                ) desc,
                v.first_on desc,
                v.name_hash asc
            limit 1
        ) as speaker on true
        where
            n.vin = t.vin
            and c.is_do_not_call
            and night.horizon >= c.called_on
            and coalesce(
                o.name_hash = speaker.name_hash
                or o.known_ids && speaker.known_ids,
                true
            )
        having count(*) > 0
    ) as said on true
    union all
    select
        p.task_key,
        w.called_on
    from said_wishes as w
    inner join night_person as p on w.known_id = p.known_id
    union all
    select
        p.task_key,
        w.called_on
    from number_wishes as w
    inner join night_person as p on w.contact_hash = p.contact_hash
    where p.known_id is null
),

do_not_calls as (
    select
        wishes.task_key,
        min(wishes.called_on) as asked_on
    from wishes
    group by wishes.task_key
),

-- The day's wishes are those of the day of the call, not of tonight. A greeting
-- is said in whatever contact there is.
told as (
    select distinct on (said.task_key)
        said.task_key,
        said.told_on,
        said.told_with
    from night
    cross join night_told as said
    inner join night_task as n on said.task_key = n.task_key
    inner join night_task as winner on said.told_with = winner.task_key
    left join night_wish as w
        on said.task_key = w.task_key and said.told_on = w.asked_on
    left join night_wish as v
        on
            said.told_with = v.task_key
            and v.asked_on = least(night.horizon + 1, winner.expires_on)
    left join do_not_calls as d on said.task_key = d.task_key
    where
        n.contact_check = 'valid'
        and num_nonnulls(w.obstacle, w.paused_until) = 0
        and coalesce(d.asked_on >= said.told_on, true)
        and case
            when n.event in ('birthday', 'lunar_birthday', 'festival')
                then not said.is_message
            when said.is_message
                then
                    coalesce(w.channel, n.channel) = 'sms'
                    and coalesce(v.channel, winner.channel) = 'sms'
            else
                coalesce(w.channel, n.channel)
                = coalesce(v.channel, winner.channel)
        end
    order by
        said.task_key asc,
        said.told_on asc,
        winner.priority asc,
        winner.deadline_on asc,
        winner.due_on asc,
        winner.task_key asc
),

-- Who wants nothing of a matter, or is none of the store's customers, is not
-- asked about it again: what was not over by then ends.
steps as (
    select
        pack,
        rule_id,
        event
    from night_rule
    where is_sequence
    group by pack, rule_id, event
    having count(distinct occurrence) > 1
),

said_no as (
    select distinct n.task_key
    from night
    cross join night_task as n
    inner join night_subject as s on n.task_key = s.task_key
    inner join night_rule as r on s.rule_no = r.rule_no
    inner join steps
        on
            r.pack = steps.pack
            and r.rule_id = steps.rule_id
            and r.event = steps.event
    inner join lateral (
        select t.task_key
        from care.follow_up_task as t
        where
            n.store_code = t.store_code
            and n.document_kind = t.document_kind
            and n.document_no = t.document_no
            and n.rule_id = t.rule_id
            and n.event = t.event
            and n.task_key <> t.task_key
        offset 0 -- noqa: AM09
    ) as other on true
    inner join lateral (
        select c.outcome
        from core.call_result as c
        where
            other.task_key = c.task_key
            and c.outcome in ('declined', 'refused', 'not_our_customer')
            and least(night.horizon, n.expires_on) >= c.called_on
        offset 0 -- noqa: AM09
    ) as no on true
    where r.is_sequence
),

-- By which way, before attempts are counted: what the rule and the customer
-- want.
wanted as (
    select
        n.task_key,
        n.channel as ruled_channel,
        s.contact_hash,
        s.calendar,
        r.attempts as most_attempts,
        a.said,
        a.last_tried_on,
        a.last_half,
        coalesce(a.attempts, 0) as attempts,
        coalesce(a.is_said_by_gateway, false) as is_said_by_gateway,
        case
            when s.problem is not null then n.channel
            when
                n.channel = 'sms'
                and r.otherwise_channel is not null
                and a.said = 'message_refused'
                then r.otherwise_channel
            else coalesce(w.channel, n.channel)
        end as channel,
        coalesce(
            r.has_message_after
            and n.channel = 'phone'
            and not coalesce(w.no_message, false), false
        ) as may_get_message,
        coalesce(s.problem is null and a.attempts >= r.attempts, false)
            as is_used_up
    from night
    cross join night_task as n
    inner join night_subject as s on n.task_key = s.task_key
    left join night_rule as r on s.rule_no = r.rule_no
    left join night_wish as w
        on
            n.task_key = w.task_key
            and w.asked_on = least(night.horizon + 1, n.expires_on)
    left join night_attempt as a on n.task_key = a.task_key
),

ways as (
    select
        v.task_key,
        v.ruled_channel,
        v.contact_hash,
        v.attempts,
        v.last_tried_on,
        v.channel = 'phone' and v.is_used_up as is_used_up,
        case
            when v.channel = 'sms' then v.said
            when
                v.ruled_channel = 'phone'
                and v.is_said_by_gateway
                and not v.is_used_up
                then v.said
        end as message_outcome,
        case
            when v.channel = 'phone' and v.is_used_up and v.may_get_message
                then 'sms'
            else v.channel
        end as channel,
        v.channel = 'phone'
        and v.is_used_up
        and (not v.may_get_message or v.said is not null) as is_unreachable,
        case
            when v.channel = 'phone' and v.attempts > 0 and not v.is_used_up
                then coalesce(d.next_open_on, v.last_tried_on + 1)
        end as next_attempt_on,
        case v.last_half
            when 'morning' then 'afternoon'
            when 'afternoon' then 'morning'
        end as other_half
    from wanted as v
    left join care.calendar_day as d
        on v.calendar = d.calendar and d.day = v.last_tried_on + 1
),

judged as (
    select
        n.task_key,
        n.store_code,
        n.owner_role,
        r.cover_role,
        n.open_on,
        s.problem,
        s.served_by,
        w.paused_until,
        v.channel as wanted_channel,
        w.preferred_slot,
        c.last_outcome,
        told.told_with,
        c.wrong_on,
        v.attempts,
        v.next_attempt_on,
        v.contact_hash,
        v.last_tried_on,
        no.task_key is not null as is_said_no,
        coalesce(c.final_outcome, v.message_outcome) as final_outcome,
        case
            when w.preferred_slot is null and v.next_attempt_on is not null
                then v.other_half
        end as next_attempt_half,
        v.is_unreachable or (v.is_used_up and n.expires_on <= night.horizon)
            as is_unreachable,
        case
            when s.problem is not null or v.channel = v.ruled_channel
                then n.script_id
            when v.channel = 'phone' then r.otherwise_id
            when v.is_used_up then r.missed_id
            else r.message_id
        end as script_id,
        case
            when s.problem is not null or v.channel = v.ruled_channel
                then n.script_version
            when v.channel = 'phone' then r.otherwise_version
            when v.is_used_up then r.missed_version
            else r.message_version
        end as script_version,
        n.expires_on <= night.horizon as is_over,
        n.open_on > night.horizon + 1 as is_early,
        case
            when n.channel = 'internal' then null
            when coalesce(n.contact_check, 'missing') <> 'valid'
                then coalesce(n.contact_check, 'missing')
            when d.asked_on <= n.expires_on then 'do_not_call'
            when w.number_obstacle is not null then w.number_obstacle
            when v.channel = 'phone' and w.no_call then 'stopped'
            when v.channel <> 'phone' and w.no_message then 'stopped'
            else w.consent_obstacle
        end as obstacle,

        greatest(
            n.open_on,
            least(
                n.expires_on,
                case
                    when
                        v.is_unreachable
                        or num_nonnulls(c.final_outcome, v.message_outcome) > 0
                        then c.last_called_on
                    when told.told_on is not null then told.told_on
                    else least(night.horizon, s.lost_on - 1) + 1
                end
            )
        ) as work_on
    from night
    cross join night_task as n
    inner join night_subject as s on n.task_key = s.task_key
    inner join ways as v on n.task_key = v.task_key
    left join night_rule as r on s.rule_no = r.rule_no
    left join calls as c on n.task_key = c.task_key
    left join do_not_calls as d on n.task_key = d.task_key
    left join told on n.task_key = told.task_key
    left join said_no as no on n.task_key = no.task_key
    left join night_wish as w
        on
            n.task_key = w.task_key
            and w.asked_on = least(night.horizon + 1, n.expires_on)
),

owned as (
    select
        j.*,
        case
            when away.absence_no is null then o.employee_no
            else cover.employee_no
        end as owner_no
    from judged as j
    left join lateral (
        select a.employee_no
        from core.assignment as a
        where
            a.store_code = j.store_code
            and a.role = j.owner_role
            and a.employee_no is distinct from j.served_by
        group by a.employee_no
        having
            bool_or(
                j.work_on >= a.valid_from
                and j.work_on <= coalesce(a.valid_to, j.work_on)
            )
        order by
            bool_or(
                j.open_on >= a.valid_from
                and j.open_on <= coalesce(a.valid_to, j.open_on)
            ) desc,
            md5(j.task_key || '/' || a.employee_no) asc,
            a.employee_no asc
        limit 1
    ) as o on true
    left join lateral (
        select
            g.absence_no,
            g.deputy_no
        from care.absence as g
        where
            o.employee_no = g.employee_no
            and j.work_on between g.first_on and g.last_on
        order by g.absence_no
        limit 1
    ) as away on true
    left join lateral (
        select a.employee_no
        from core.assignment as a
        where
            away.absence_no is not null
            and a.store_code = j.store_code
            and (
                a.role in (j.owner_role, j.cover_role)
                or a.employee_no = away.deputy_no
            )
            and a.employee_no is distinct from j.served_by
            and j.work_on >= a.valid_from
            and j.work_on <= coalesce(a.valid_to, j.work_on)
            and not exists (
                select 1
                from care.absence as also_away
                where
                    a.employee_no = also_away.employee_no
                    and j.work_on
                    between also_away.first_on and also_away.last_on
            )
        order by
            coalesce(a.employee_no = away.deputy_no, false) desc,
            (a.role = j.owner_role) desc,
            md5(j.task_key || '/' || a.employee_no) asc,
            a.employee_no asc
        limit 1
    ) as cover on true
)

update night_task as n
set
    status = case
        when num_nonnulls(j.final_outcome, j.told_with) > 0 then 'done'
        when j.problem is not null or j.is_said_no then 'withdrawn'
        when j.is_unreachable then 'done'
        when j.is_over then 'missed'
        when j.is_early then 'postponed'
        when j.obstacle is not null then 'held'
        when j.paused_until is not null then 'postponed'
        else 'open'
    end,
    status_reason = case
        when j.final_outcome is not null then j.final_outcome
        when j.told_with is not null then 'told'
        when j.problem is not null then j.problem
        when j.is_said_no then 'said_no'
        when j.is_unreachable then 'unreachable'
        when j.is_early then 'not_yet'
        when j.obstacle is not null then j.obstacle
        when j.is_over and j.last_outcome is not null then j.last_outcome
        when j.is_over and j.paused_until is null then 'not_called'
        when j.paused_until is not null then 'paused'
        when j.owner_no is null then 'no_owner'
    end,
    owner_no = coalesce(n.owner_no, j.owner_no),
    channel = j.wanted_channel,
    script_id = j.script_id,
    script_version = j.script_version,
    preferred_slot = j.preferred_slot,
    attempts = j.attempts,
    next_attempt_on = j.next_attempt_on,
    next_attempt_half = j.next_attempt_half,
    tried_hash = case
        when
            j.final_outcome in ('invalid_number', 'wrong_person')
            and j.wrong_on is not null
            then j.contact_hash
        when
            num_nonnulls(j.final_outcome, j.told_with, j.problem) = 0
            and j.is_unreachable
            and not j.is_said_no
            then j.contact_hash
    end,
    tried_on = case
        when j.final_outcome in ('invalid_number', 'wrong_person')
            then j.wrong_on
        when
            num_nonnulls(j.final_outcome, j.told_with, j.problem) = 0
            and j.is_unreachable
            and not j.is_said_no
            then j.last_tried_on
    end,
    merged_into = case
        when j.final_outcome is null then j.told_with
    end,
    also = '{}',
    late_reason = coalesce(
        n.late_reason,
        case when n.made_day >= n.deadline_on then 'late_by_data' end
    )
from owned as j
where n.task_key = j.task_key
