-- What customers said about being contacted, as of the day of work or the last
-- day of a task that is over, and as of days on which it may have been told in
-- another call: of several words the newest counts. Commercial contact needs
-- consent, of the same number where the consent names one; any other is given
-- up when it was refused, but for safety. A number of our own staff, or one
-- that says nothing about whose it is, is nobody's. What was said about a
-- vehicle is its owner's word, of that day, and holds for no other owner.
-- grain: one row per task and day about which something was said
-- reads: pg_temp.night_task, pg_temp.night_subject, pg_temp.night_told,
--   pg_temp.night_rule, pg_temp.night_owner, care.vehicle_owner,
--   core.consent, core.preference, core.employee, core.shared_phone
-- writes: pg_temp.night_wish
with night as (
    select cast(:horizon as date) as horizon
),

asked as (
    select
        n.task_key,
        least(night.horizon + 1, n.expires_on) as asked_on
    from night
    cross join night_task as n
    inner join night_subject as s on n.task_key = s.task_key
    where s.problem is null and n.channel <> 'internal'
    union
    select
        told.task_key,
        told.told_on as asked_on
    from night_told as told
),

subjects as (
    select
        n.task_key,
        n.vin,
        s.contact_hash,
        n.purpose,
        n.about,
        n.channel,
        r.otherwise_channel,
        asked.asked_on
    from asked
    inner join night_task as n on asked.task_key = n.task_key
    inner join night_subject as s on asked.task_key = s.task_key
    left join night_rule as r on s.rule_no = r.rule_no
),

consents as (
    select
        s.task_key,
        s.asked_on,
        c.said_on,
        c.state
    from subjects as s
    inner join core.consent as c
        on
            s.vin = c.vin
            and s.purpose = c.purpose
            and s.asked_on >= c.said_on
            and (
                c.state <> 'given'
                or coalesce(s.contact_hash = c.customer_phone_hash, true)
            )
    left join night_owner as o on s.task_key = o.task_key
    left join lateral (
        select
            v.name_hash,
            v.known_ids
        from care.vehicle_owner as v
        where o.vin = v.vin and c.said_on >= v.first_on
        order by
            least(v.last_on, c.said_on) desc,
            v.first_on desc,
            v.name_hash asc
        limit 1
    ) as speaker on true
    where
        coalesce(
            o.name_hash = speaker.name_hash
            or o.known_ids && speaker.known_ids,
            true
        )
    union all
    select
        s.task_key,
        s.asked_on,
        c.said_on,
        c.state
    from subjects as s
    inner join core.consent as c
        on
            s.contact_hash = c.customer_phone_hash
            and s.purpose = c.purpose
            and s.asked_on >= c.said_on
),

newest_consents as (
    select distinct on (task_key, asked_on)
        task_key,
        asked_on,
        state
    from consents
    order by
        task_key asc,
        asked_on asc,
        said_on desc,
        (state = 'given') asc
),

preferences as (
    select
        s.task_key,
        s.asked_on,
        p.kind,
        p.stopped_contact,
        p.preferred_channel,
        p.preferred_slot,
        p.valid_from,
        p.valid_until
    from subjects as s
    inner join core.preference as p on s.vin = p.vin
    left join night_owner as o on s.task_key = o.task_key
    left join lateral (
        select
            v.name_hash,
            v.known_ids
        from care.vehicle_owner as v
        where o.vin = v.vin and p.valid_from >= v.first_on
        order by
            least(v.last_on, p.valid_from) desc,
            v.first_on desc,
            v.name_hash asc
        limit 1
    ) as speaker on true
    where
        s.asked_on between p.valid_from and coalesce(p.valid_until, s.asked_on)
        and coalesce(p.about, 'all') in ('all', s.about)
        and coalesce(
            o.name_hash = speaker.name_hash
            or o.known_ids && speaker.known_ids,
            true
        )
    union all
    select
        s.task_key,
        s.asked_on,
        p.kind,
        p.stopped_contact,
        p.preferred_channel,
        p.preferred_slot,
        p.valid_from,
        p.valid_until
    from subjects as s
    inner join core.preference as p on s.contact_hash = p.customer_phone_hash
    where
        s.asked_on between p.valid_from and coalesce(p.valid_until, s.asked_on)
        and coalesce(p.about, 'all') in ('all', s.about)
),

wanted as (
    select
        task_key,
        asked_on,
        array_agg(distinct coalesce(stopped_contact, 'all')) filter (
            where kind = 'stop'
        ) as stopped_contacts,
        max(coalesce(valid_until, date 'infinity')) filter (
            where kind = 'pause'
        ) as paused_until,
        (
            array_agg(
                preferred_channel
                order by valid_from desc, preferred_channel asc
            ) filter (where kind = 'channel' and preferred_channel is not null)
        )[1] as preferred_channel,
        (
            array_agg(
                preferred_slot
                order by valid_from desc, preferred_slot asc
            ) filter (where kind = 'channel' and preferred_slot is not null)
        )[1] as preferred_slot
    from preferences
    group by task_key, asked_on
),

-- A stop is of the way in which somebody would be contacted. A message that
-- they stopped is a call where the rule says so.
ways as (
    select
        s.task_key,
        s.asked_on,
        w.paused_until,
        w.preferred_slot,
        case
            when s.channel = 'phone' and w.preferred_channel = 'sms' then 'sms'
            when
                s.channel = 'sms'
                and w.stopped_contacts && array['all', 'sms']
                then s.otherwise_channel
        end as wanted_channel,
        coalesce(w.stopped_contacts && array['all', 'call'], false) as no_call,
        coalesce(w.stopped_contacts && array['all', 'sms'], false)
            as no_message
    from subjects as s
    inner join wanted as w
        on s.task_key = w.task_key and s.asked_on = w.asked_on
),

staff as (
    select distinct mobile_hash
    from core.employee
    where mobile_hash is not null
),

found as (
    select
        s.task_key,
        s.asked_on,
        w.paused_until,
        w.preferred_slot,
        w.wanted_channel as channel,
        coalesce(w.no_call, false) as no_call,
        coalesce(w.no_message, false) as no_message,
        case
            when staff.mobile_hash is not null then 'staff_number'
            when shared.phone_hash is not null then 'shared_number'
        end as number_obstacle,
        case coalesce(w.wanted_channel, s.channel)
            when 'phone' then w.no_call
            else w.no_message
        end as is_stopped,
        case
            when
                s.purpose = 'commercial'
                and coalesce(c.state, 'none') <> 'given'
                then 'no_consent'
            when s.purpose = 'service' and c.state in ('refused', 'withdrawn')
                then 'consent_refused'
        end as consent_obstacle
    from subjects as s
    left join newest_consents as c
        on s.task_key = c.task_key and s.asked_on = c.asked_on
    left join ways as w
        on s.task_key = w.task_key and s.asked_on = w.asked_on
    left join staff on s.contact_hash = staff.mobile_hash
    left join core.shared_phone as shared
        on
            s.contact_hash = shared.phone_hash
            and not shared.is_evidence
)

insert into night_wish (
    task_key,
    asked_on,
    obstacle,
    number_obstacle,
    no_call,
    no_message,
    consent_obstacle,
    paused_until,
    channel,
    preferred_slot
)
select
    f.task_key,
    f.asked_on,
    coalesce(
        f.number_obstacle,
        case when f.is_stopped then 'stopped' end,
        f.consent_obstacle
    ) as obstacle,
    f.number_obstacle,
    f.no_call,
    f.no_message,
    f.consent_obstacle,
    f.paused_until,
    f.channel,
    f.preferred_slot
from found as f
where
    f.no_call
    or f.no_message
    or num_nonnulls(
        f.number_obstacle,
        f.consent_obstacle,
        f.paused_until,
        f.channel,
        f.preferred_slot
    ) > 0
