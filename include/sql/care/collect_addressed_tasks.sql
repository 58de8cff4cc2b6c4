-- Greetings and invitations that may change, as those whom they are for stand
-- tonight. One that is over is asked nothing more: it was said or not. offset
-- 0: task by task.
-- grain: one row per task
-- reads: pg_temp.night_touched, care.follow_up_task, pg_temp.night_range,
--   pg_temp.night_rule, pg_temp.night_addressee, pg_temp.night_birthday,
--   care.addressee, care.campaign, core.sales_order
-- writes: pg_temp.night_subject
with night as (
    select cast(:day as date) as on_day
)

insert into night_subject (
    task_key,
    store_code,
    rule_id,
    occurrence,
    event,
    document_kind,
    document_no,
    vin,
    event_on,
    rule_no,
    calendar,
    contact_hash,
    served_by,
    contact_check,
    contact_digest,
    problem
)
select
    t.task_key,
    t.store_code,
    t.rule_id,
    t.occurrence,
    t.event,
    t.document_kind,
    t.document_no,
    coalesce(d.vin, t.vin) as vin,
    coalesce(a.event_on, t.event_on) as event_on,
    r.rule_no,
    g.calendar,
    case r.contact_kind
        when 'owner' then d.owner_hash else d.contact_hash
    end as contact_hash,
    d.served_by,
    case r.contact_kind
        when 'owner' then d.owner_check else d.contact_check
    end as contact_check,
    case r.contact_kind
        when 'owner' then d.owner_digest else d.contact_digest
    end as contact_digest,
    case
        when t.status = 'withdrawn' and t.expires_on < night.on_day
            then t.status_reason
        when r.rule_no is null then 'rule_off'
        when t.expires_on < night.on_day then null
        when d.document_no is null then 'document_gone'
        when d.problem is not null then d.problem
        when started.stopped_at is not null then 'campaign_stopped'
        when a.rule_no is not null then null
        when t.event_on not between r.look_from and r.look_to then 'rule_off'
        when
            t.event in ('birthday', 'lunar_birthday')
            and not exists (
                select 1
                from core.sales_order as sold
                inner join night_birthday as b
                    on sold.birthday_hash = b.birthday_hash
                where
                    sold.store_code = t.store_code
                    and sold.order_no = t.document_no
                    and sold.birthday_check = 'valid'
                    and b.event = t.event
                    and b.kept_on = t.event_on
            )
            then 'other_birthday'
        when
            t.event = 'referral'
            and not exists (
                select 1
                from night_addressee as other
                where
                    other.event = t.event
                    and other.occurrence = t.occurrence
            )
            then 'referral_ended'
        else 'said_otherwise'
    end as problem
from night
cross join night_touched as n
inner join lateral (
    select k.*
    from care.follow_up_task as k
    where
        n.task_key = k.task_key
        and k.event in (
            'birthday', 'lunar_birthday', 'festival', 'campaign', 'referral'
        )
    offset 0 -- noqa: AM09
) as t on true
left join night_range as g
    on
        t.store_code = g.store_code
        and t.rule_id = g.rule_id
        and t.event = g.event
        and t.event_on between g.event_from and g.event_to
left join night_rule as r on g.rule_no = r.rule_no
left join night_addressee as a
    on
        t.event = a.event
        and t.occurrence = a.occurrence
        and t.document_kind = a.document_kind
        and t.store_code = a.store_code
        and t.document_no = a.document_no
        and r.rule_no = a.rule_no
left join care.campaign as started
    on t.event = 'campaign' and t.occurrence = started.campaign_no
left join lateral (
    select e.*
    from care.addressee as e
    where
        e.document_kind = t.document_kind
        and e.store_code = t.store_code
        and e.document_no = t.document_no
    offset 0 -- noqa: AM09
) as d on true
