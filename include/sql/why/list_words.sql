-- What customers said that bears on a task while it is not over: consents of
-- its purpose, preferences about its topic, and days of their own, about the
-- vehicle or by the number. What another owner of the vehicle said is left out;
-- of work inside the house nothing bears on it. Of what was said to us it is
-- told to whom: who entered it, or in which call.
-- grain: one row per word
-- reads: care.follow_up_task, care.occasion, care.vehicle_owner, core.consent,
--   core.preference, core.sales_order, core.call_result, care.wish
-- writes: –
with asked as (
    select
        t.vin,
        t.purpose,
        t.about,
        t.expires_on,
        owners.name_hash,
        owners.known_ids,
        case t.contact_kind
            when 'owner' then d.owner_hash else d.contact_hash
        end as contact_hash
    from care.follow_up_task as t
    left join care.occasion as d
        on
            t.event = d.event
            and t.document_kind = d.document_kind
            and t.store_code = d.store_code
            and t.document_no = d.document_no
    left join core.sales_order as bought
        on
            t.event = 'registration'
            and t.store_code = bought.store_code
            and t.document_no = bought.order_no
    left join lateral (
        select
            o.name_hash,
            o.known_ids
        from care.vehicle_owner as o
        where
            t.vin = o.vin
            and o.first_on <= t.made_day
            and o.first_on <= coalesce(bought.delivered_on, t.event_on)
        order by
            least(
                o.last_on,
                coalesce(bought.delivered_on, t.event_on),
                t.made_day
            ) desc,
            o.first_on desc,
            o.name_hash asc
        limit 1
    ) as owners on true
    where t.task_key = :task_key and t.channel <> 'internal' -- noqa: RF02
),

words as (
    select
        'consent' as kind,
        c.said_on,
        c.store_code,
        c.consent_no as word_no,
        c.vin,
        c.state,
        c.purpose as about,
        c.channel as way,
        cast(null as text) as preferred_slot,
        cast(null as date) as valid_until,
        cast(null as date) as service_on,
        coalesce(a.vin = c.vin, false) as is_about_vehicle
    from asked as a
    inner join core.consent as c
        on
            a.purpose = c.purpose
            and a.expires_on >= c.said_on
            and (a.vin = c.vin or a.contact_hash = c.customer_phone_hash)
    union all
    select
        p.kind,
        p.valid_from as said_on,
        p.store_code,
        p.preference_no as word_no,
        p.vin,
        cast(null as text) as state,
        coalesce(p.about, 'all') as about,
        coalesce(p.stopped_contact, p.preferred_channel) as way,
        p.preferred_slot,
        p.valid_until,
        p.service_on,
        coalesce(a.vin = p.vin, false) as is_about_vehicle
    from asked as a
    inner join core.preference as p
        on
            a.expires_on >= p.valid_from
            and (a.vin = p.vin or a.contact_hash = p.customer_phone_hash)
            and coalesce(p.about, 'all') in ('all', a.about)
)

select
    w.kind,
    w.said_on,
    w.store_code,
    w.word_no,
    w.state,
    w.about,
    w.way,
    w.preferred_slot,
    w.valid_until,
    w.service_on,
    w.is_about_vehicle,
    entry.entered_by,
    entry.entered_at,
    entry.said_by,
    entry.ended_by,
    entry.ended_on,
    noted.task_key as noted_task,
    noted.attempt_no as noted_attempt,
    noted.caller_no as noted_by
from words as w
cross join asked as a
left join care.wish as entry
    on w.store_code = entry.store_code and w.word_no = entry.preference_no
-- A wish that was noted beside a call is numbered by it.
left join core.call_result as noted
    on
        split_part(w.word_no, '#', 1) = noted.task_key
        and split_part(w.word_no, '#', 2) = cast(noted.attempt_no as text)
left join lateral (
    select
        o.name_hash,
        o.known_ids
    from care.vehicle_owner as o
    where w.vin = o.vin and w.said_on >= o.first_on
    order by
        least(o.last_on, w.said_on) desc,
        o.first_on desc,
        o.name_hash asc
    limit 1
) as speaker on w.is_about_vehicle
where
    coalesce(
        speaker.name_hash = a.name_hash
        or speaker.known_ids && a.known_ids,
        true
    )
order by w.said_on, w.kind, w.store_code, w.word_no
