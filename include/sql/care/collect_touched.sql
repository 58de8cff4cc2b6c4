-- Tasks that may change: those not finished, those whose document, calls or
-- corrected number came in, and those withdrawn that are not over. What took
-- their occasion away, a booking say, may be gone again, and that is no news of
-- their own document. What may have been told in another call comes with the
-- task of that call. A greeting or invitation that is over was said or not,
-- whatever comes in later; only a call can tell. What was told in a call may be
-- told otherwise after all. Calls in which something might have been told are
-- looked at for its sake: their own tasks are only asked, and stay as they are;
-- for what is told with its like only, those of the same store and rule.
-- grain: one row per task
-- reads: care.follow_up_task, staging.call_result, core.call_result,
--   staging.contact_number, core.store, pg_temp.night_load,
--   pg_temp.night_document, pg_temp.night_subject, pg_temp.night_rule
-- writes: pg_temp.night_touched
with night as (
    select
        cast(:day as date) as on_day,
        cast(:horizon as date) as horizon
),

calls as materialized (
    select
        c.task_key,
        c.attempt_no,
        c.outcome,
        c.called_at
    from night_load as l
    inner join staging.call_result as c on l.load_id = c.load_id
    where l.feed = 'call_result'
),

numbers as materialized (
    select
        k.store_code,
        k.subject
    from night_load as l
    inner join staging.contact_number as k on l.load_id = k.load_id
    where l.feed = 'contact_number'
),

-- Since when what a document says of itself, and what comes late, could have
-- been told in other calls; and what a document now says of somebody else than
-- when they were called.
late as (
    select
        told.store_code,
        told.rule_id,
        min(told.opens_on) as opens_on,
        cast(:horizon as date) as closes_on
    from (
        select
            case when not r.is_mergeable then s.store_code end as store_code,
            case when not r.is_mergeable then s.rule_id end as rule_id,
            greatest(
                cast(
                    s.event_on + make_interval(months => r.opens_months) as date
                ) + r.opens_days,
                -- Nobody heard in a call what no load had brought.
                case when not r.is_mergeable then s.arrived_on + 1 end
            ) as opens_on
        from night_subject as s
        inner join night_rule as r on s.rule_no = r.rule_no
        where s.arrived_on is not null and s.problem is null
        union all
        select
            case when not t.is_mergeable then t.store_code end as store_code,
            case when not t.is_mergeable then t.rule_id end as rule_id,
            t.open_on as opens_on
        from night
        cross join night_document as d
        inner join care.follow_up_task as t
            on
                d.document_kind = t.document_kind
                and d.store_code = t.store_code
                and d.document_no = t.document_no
        where
            t.channel <> 'internal'
            and t.status <> 'done'
            and t.expires_on >= night.on_day
    ) as told
    where told.opens_on <= cast(:horizon as date)
    group by told.store_code, told.rule_id
    union
    -- What was missed is asked only of the calls of its own days.
    select
        t.store_code,
        t.rule_id,
        t.open_on as opens_on,
        t.expires_on as closes_on
    from night
    cross join night_document as d
    inner join care.follow_up_task as t
        on
            d.document_kind = t.document_kind
            and d.store_code = t.store_code
            and d.document_no = t.document_no
    where
        t.status = 'missed'
        and t.channel <> 'internal'
        and not t.is_mergeable
        and not t.is_face_to_face
        and t.expires_on < night.on_day
),

own as (
    select task_key
    from care.follow_up_task
    where status in ('open', 'held', 'postponed')
    union
    select t.task_key
    from night
    inner join care.follow_up_task as t on night.on_day <= t.expires_on
    where t.status = 'withdrawn'
    union
    select t.task_key
    from night
    cross join night_document as d
    inner join care.follow_up_task as t
        on
            d.document_kind = t.document_kind
            and d.store_code = t.store_code
            and d.document_no = t.document_no
    where
        t.event not in (
            'birthday', 'lunar_birthday', 'festival', 'campaign', 'referral'
        )
        or t.expires_on >= night.on_day
    union
    select t.task_key
    from night
    cross join numbers as k
    inner join care.follow_up_task as t on k.subject = t.vin
    where k.store_code = t.store_code and t.expires_on >= night.on_day
    union
    select t.task_key
    from night
    cross join numbers as k
    inner join care.follow_up_task as t
        on
            t.document_kind = 'lead'
            and k.store_code = t.store_code
            and k.subject = t.document_no
    where t.expires_on >= night.on_day
    union
    select task_key
    from calls
    union
    select told.task_key
    from calls
    inner join lateral (
        select p.task_key
        from care.follow_up_task as t
        inner join care.follow_up_task as p
            on
                t.store_code = p.store_code
                and t.document_kind = p.document_kind
                and t.document_no = p.document_no
        where calls.task_key = t.task_key and p.event = 'trouble_told'
        offset 0 -- noqa: AM09
    ) as told on true
    union
    select t.task_key
    from (
        select min(cast(c.called_at as date)) - 1 as called_on
        from calls as c
        inner join lateral (
            select k.event
            from care.follow_up_task as k
            where c.task_key = k.task_key
            offset 0 -- noqa: AM09
        ) as about on true
        where
            about.event <> 'trouble_told'
            and (
                c.outcome in ('reached', 'declined')
                or (c.outcome = 'message_sent' and c.attempt_no > 0)
            )
    ) as said
    inner join care.follow_up_task as t on said.called_on <= t.expires_on
    where t.status = 'missed' and t.is_mergeable
    union
    -- Other steps of what was called about, that were not over by then.
    select steps.task_key
    from calls
    inner join lateral (
        select p.task_key
        from care.follow_up_task as t
        inner join care.follow_up_task as p
            on
                t.store_code = p.store_code
                and t.document_kind = p.document_kind
                and t.document_no = p.document_no
                and t.rule_id = p.rule_id
                and t.event = p.event
                and t.task_key <> p.task_key
        where
            calls.task_key = t.task_key
            and p.status in ('missed', 'withdrawn')
            and p.expires_on >= cast(calls.called_at as date) - 1
            and t.event not in (
                'birthday', 'lunar_birthday', 'festival', 'campaign',
                'referral', 'trouble_told'
            )
        offset 0 -- noqa: AM09
    ) as steps on true
    union
    select told.task_key
    from calls
    inner join lateral (
        select t.task_key
        from care.follow_up_task as t
        where calls.task_key = t.merged_into
        offset 0 -- noqa: AM09
    ) as told on true
    union
    -- The same follow-up of the same store, that was over by then; of a
    -- greeting or invitation nobody has two.
    select others.task_key
    from calls
    inner join lateral (
        select o.task_key
        from care.follow_up_task as t
        inner join care.follow_up_task as o
            on
                t.store_code = o.store_code
                and t.rule_id = o.rule_id
                and t.occurrence = o.occurrence
                and t.pack = o.pack
                and t.event = o.event
        where
            calls.task_key = t.task_key
            and t.event not in (
                'birthday', 'lunar_birthday', 'festival', 'campaign',
                'referral', 'trouble_told'
            )
            and not t.is_face_to_face
            and o.status = 'missed'
            and o.expires_on >= cast(calls.called_at as date) - 1
        offset 0 -- noqa: AM09
    ) as others on true
    where calls.outcome in ('reached', 'declined', 'message_sent')
),

judged as (
    select task_key
    from own
    union
    select winner.task_key
    from own
    inner join lateral (
        select t.merged_into as task_key
        from care.follow_up_task as t
        where own.task_key = t.task_key and t.merged_into is not null
        offset 0 -- noqa: AM09
    ) as winner on true
)

insert into night_touched (task_key, is_only_asked)
select
    task_key,
    false as is_only_asked
from judged
union all
select distinct
    done.task_key,
    true as is_only_asked
from late
inner join core.store as stores
    on coalesce(late.store_code = stores.store_code, true)
inner join lateral (
    select c.task_key
    from core.call_result as c
    where
        stores.store_code = c.store_code
        and c.called_on between late.opens_on and late.closes_on
        and (
            c.outcome in ('reached', 'declined')
            or (c.outcome = 'message_sent' and c.attempt_no > 0)
            or (c.outcome = 'message_sent' and late.rule_id is not null)
        )
    offset 0 -- noqa: AM09
) as said on true
inner join lateral (
    select t.task_key
    from care.follow_up_task as t
    where
        said.task_key = t.task_key
        and t.status = 'done'
        and coalesce(t.rule_id = late.rule_id, true)
    offset 0 -- noqa: AM09
) as done on true
where
    not exists (
        select 1
        from judged
        where judged.task_key = done.task_key
    )
