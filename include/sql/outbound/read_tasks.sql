-- What a record says of a task: the task, whom to call, the vehicle, its last
-- visit and the calls so far. Contact data is ciphertext.
-- grain: one row per task
-- reads: care.follow_up_task, core.sales_order, core.repair_order,
--   core.insurance_policy, core.lead, core.vehicle, core.employee, core.store,
--   core.call_result, care.answered_call, care.campaign,
--   core.document_customer, core.customer, core.customer_role,
--   core.contact_number, care.service_due
-- writes: –
with tasks as (
    select *
    from care.follow_up_task
    where task_key = any(cast(:task_keys as text[]))
),

-- The plate with which a vehicle was last seen by today, in a visit or a sale
-- that stands, at any store; of the tasks' vehicles and of those that are said
-- with them.
vins as (
    select t.vin
    from tasks as t
    where t.vin is not null
    union
    select other.vin
    from tasks as t
    inner join care.follow_up_task as other on other.task_key = any(t.also)
    where other.vin is not null
),

seen as (
    select
        vins.vin,
        last_one.plate_cipher
    from vins
    inner join lateral (
        select
            r.plate_cipher,
            r.exit_on as seen_on,
            1 as place,
            r.store_code || '|' || r.ro_no as document
        from core.repair_order as r
        where
            vins.vin = r.vin
            and r.plate_cipher is not null
            and r.exit_on <= :today -- noqa: RF02
            and r.ro_type <> 'pre_delivery'
            and r.status <> 'cancelled'
            and not r.is_reversed
            and not r.is_vanished
        union all
        select
            o.plate_cipher,
            o.delivered_on as seen_on,
            2 as place,
            o.store_code || '|' || o.order_no as document
        from core.sales_order as o
        where
            vins.vin = o.vin
            and o.plate_cipher is not null
            and o.delivered_on <= :today -- noqa: RF02
            and o.status <> 'cancelled'
            and not o.is_vanished
        order by
            seen_on desc, -- noqa: RF02
            place asc, -- noqa: RF02
            document desc -- noqa: RF02
        limit 1
    ) as last_one on true
),

documents as (
    select
        t.task_key,
        s.model,
        s.plate_cipher,
        s.customer_name_cipher as name_cipher,
        s.customer_phone_cipher as phone_cipher,
        s.customer_phone_hash as phone_hash,
        s.delivered_on as happened_on,
        null as repair_type
    from tasks as t
    inner join core.sales_order as s
        on t.store_code = s.store_code and t.document_no = s.order_no
    where t.document_kind = 'sales_order'
    union all
    select
        t.task_key,
        r.model,
        r.plate_cipher,
        case t.contact_kind
            when 'owner' then r.owner_name_cipher
            else r.deliverer_name_cipher
        end as name_cipher,
        case t.contact_kind
            when 'owner' then r.owner_phone_cipher
            else r.deliverer_phone_cipher
        end as phone_cipher,
        case t.contact_kind
            when 'owner' then r.owner_phone_hash
            else r.deliverer_phone_hash
        end as phone_hash,
        r.exit_on as happened_on,
        r.repair_type
    from tasks as t
    inner join core.repair_order as r
        on t.store_code = r.store_code and t.document_no = r.ro_no
    where t.document_kind = 'repair_order'
    union all
    -- A policy tells neither model nor plate: the vehicle has the one, and was
    -- last seen with the other.
    select
        t.task_key,
        v.model,
        seen.plate_cipher,
        p.holder_name_cipher as name_cipher,
        p.holder_phone_cipher as phone_cipher,
        p.holder_phone_hash as phone_hash,
        p.ends_on as happened_on,
        null as repair_type
    from tasks as t
    inner join core.insurance_policy as p
        on t.store_code = p.store_code and t.document_no = p.policy_no
    left join core.vehicle as v on p.vin = v.vin
    left join seen on p.vin = seen.vin
    where t.document_kind = 'insurance_policy'
    union all
    select
        t.task_key,
        l.model,
        null as plate_cipher,
        l.customer_name_cipher as name_cipher,
        l.customer_phone_cipher as phone_cipher,
        l.customer_phone_hash as phone_hash,
        l.defeated_on as happened_on,
        null as repair_type
    from tasks as t
    inner join core.lead as l
        on t.store_code = l.store_code and t.document_no = l.lead_no
    where t.document_kind = 'lead'
),

-- What waits for another task, and can be, is said in its call, with the plate
-- that the vehicle was last seen with; the same follow-up always, with what it
-- is about.
merged as (
    select
        t.task_key,
        jsonb_agg(
            jsonb_build_object(
                'script_id', other.script_id,
                'store_code', other.store_code,
                'pack', other.pack,
                'policy_line', other.policy_line,
                'event', other.event,
                'occurrence', other.occurrence,
                'event_on', other.event_on,
                'open_on', other.open_on,
                'due_on', other.due_on,
                'deadline_on', other.deadline_on,
                'channel', other.channel,
                'campaign_subject', run.subject,
                'store_name', place.name,
                'vin', other.vin,
                'model', coalesce(vehicle.model, lead.model),
                'plate', encode(seen.plate_cipher, 'hex'),
                'document_kind', other.document_kind,
                'document_no', other.document_no,
                'policy_kind', policy.kind,
                'repair_type', visit.repair_type,
                'is_same', other.rule_id = t.rule_id
                and other.pack = t.pack
                and other.event = t.event
                and other.occurrence = t.occurrence
                and other.store_code = t.store_code
            )
            order by other.priority, other.deadline_on, other.task_key
        ) as also
    from tasks as t
    inner join care.follow_up_task as other
        on
            other.task_key = any(t.also)
            and (
                other.is_mergeable
                or (
                    t.store_code = other.store_code
                    and t.pack = other.pack
                    and t.rule_id = other.rule_id
                    and t.event = other.event
                    and t.occurrence = other.occurrence
                )
            )
    inner join core.store as place on other.store_code = place.store_code
    left join core.vehicle as vehicle on other.vin = vehicle.vin
    left join core.insurance_policy as policy
        on
            other.document_kind = 'insurance_policy'
            and other.store_code = policy.store_code
            and other.document_no = policy.policy_no
    left join core.repair_order as visit
        on
            other.document_kind = 'repair_order'
            and other.store_code = visit.store_code
            and other.document_no = visit.ro_no
    left join core.lead as lead
        on
            other.document_kind = 'lead'
            and other.store_code = lead.store_code
            and other.document_no = lead.lead_no
    left join care.campaign as run
        on other.event = 'campaign' and other.occurrence = run.campaign_no
    left join seen on other.vin = seen.vin
    group by t.task_key
),

-- What the customer said in calls on the day of a trouble.
told as (
    select
        t.task_key,
        jsonb_agg(
            jsonb_build_object(
                'script_id', said.script_id,
                'satisfaction', said.satisfaction,
                'is_complaint', said.is_complaint,
                'is_fault_cleared', said.is_fault_cleared,
                'remark', encode(said.remark_cipher, 'hex'),
                'description', encode(said.description_cipher, 'hex')
            )
            order by said.called_at, said.task_key, said.attempt_no
        ) as told
    from tasks as t
    inner join care.answered_call as said
        on
            t.store_code = said.store_code
            and t.document_kind = said.document_kind
            and t.document_no = said.document_no
            and t.event_on = said.event_on
    where t.event = 'trouble_told'
    group by t.task_key
),

-- Whose vehicle it is, by the task's document: a company, or somebody who
-- bought or owned so many vehicles. A policy makes nobody known: its holder is
-- who bought or owned the vehicle under the same name. offset 0: document by
-- document.
owners as (
    select
        t.task_key,
        has.vehicles,
        coalesce(o.is_company, h.is_company) as is_company,
        coalesce(o.is_named_company, h.is_company) as is_named_company
    from tasks as t
    inner join lateral (
        select
            bool_or(d.kind = 'company' and d.role <> 'deliverer') as is_company,
            bool_or(
                d.kind = 'company' and t.contact_kind = any(d.contact_kinds)
            ) as is_named_company,
            max(d.known_id) filter (where d.role <> 'deliverer') as known_id
        from core.document_customer as d
        where
            t.vin = d.vin
            and t.store_code = d.store_code
            and t.document_kind = d.document_kind
            and t.document_no = d.document_no
        offset 0 -- noqa: AM09
    ) as o on true
    left join lateral (
        select
            bool_or(held.kind = 'company') as is_company,
            max(coalesce(who.merged_into, who.customer_id)) as known_id
        from core.insurance_policy as p
        inner join core.customer_role as held
            on
                p.vin = held.vin
                and p.holder_name_hash = held.name_hash
                and held.role <> 'deliverer'
        inner join core.customer as who
            on held.customer_id = who.customer_id
        where
            t.document_kind = 'insurance_policy'
            and t.store_code = p.store_code
            and t.document_no = p.policy_no
        offset 0 -- noqa: AM09
    ) as h on true
    left join lateral (
        select count(distinct r.vin) as vehicles
        from core.customer as known
        inner join core.customer_role as r
            on known.customer_id = r.customer_id and r.role <> 'deliverer'
        where
            coalesce(o.known_id, h.known_id)
            in (known.customer_id, known.merged_into)
        offset 0 -- noqa: AM09
    ) as has on true
),

calls as (
    select
        c.task_key,
        count(*) as attempts,
        max(c.attempt_no) as last_attempt_no,
        max(c.called_on) as last_attempt_on,
        (array_agg(c.outcome order by c.called_at desc))[1] as last_outcome
    from core.call_result as c
    inner join tasks as t on c.task_key = t.task_key
    where c.attempt_no > 0
    group by c.task_key
),

-- The last visit of a vehicle that left again by today, at any store, where
-- that was after what the task's document tells. A policy tells of its end,
-- which is to come, so that of its vehicle every visit counts.
visits as (
    select
        t.task_key,
        last_one.exit_on,
        last_one.repair_type
    from tasks as t
    inner join documents as d on t.task_key = d.task_key
    inner join lateral (
        select
            r.exit_on,
            r.repair_type
        from core.repair_order as r
        where
            t.vin = r.vin
            and (
                t.document_kind = 'insurance_policy'
                or r.exit_on > coalesce(d.happened_on, t.event_on)
            )
            and r.exit_on <= :today -- noqa: RF02
            and r.ro_type <> 'pre_delivery'
            and r.status <> 'cancelled'
            and not r.is_reversed
            and not r.is_vanished
        order by
            r.exit_on desc,
            r.opened_at desc,
            r.store_code desc,
            r.ro_no desc
        limit 1
    ) as last_one on true
)

select
    t.task_key,
    t.store_code,
    st.name as store_name,
    t.rule_id,
    t.pack,
    t.policy_line,
    t.document_kind,
    t.document_no,
    t.occurrence,
    t.vin,
    t.event,
    t.event_on,
    t.open_on,
    t.due_on,
    t.deadline_on,
    t.expires_on,
    t.contact_kind,
    t.owner_role,
    t.owner_no,
    e.name as owner_name,
    t.channel,
    t.preferred_slot,
    t.attempts as tries,
    t.next_attempt_on,
    t.next_attempt_half,
    t.script_id,
    t.script_version,
    t.status,
    t.status_reason,
    t.version,
    t.priority,
    d.model,
    d.plate_cipher,
    d.name_cipher,
    d.repair_type,
    d.happened_on,
    v.exit_on as visited_on,
    v.repair_type as visited_for,
    m.also,
    o.told,
    k.subject as campaign_subject,
    n.due_on as next_service_on,
    w.vehicles,
    c.last_attempt_on,
    c.last_outcome,
    d.phone_cipher as document_phone_cipher,
    coalesce(right_one.phone_cipher, d.phone_cipher) as phone_cipher,
    coalesce(w.is_company, false) as is_company,
    coalesce(w.is_named_company, false) as is_named_company,
    coalesce(c.attempts, 0) as attempts,
    coalesce(c.last_attempt_no, 0) as last_attempt_no
from tasks as t
inner join core.store as st on t.store_code = st.store_code
left join core.employee as e on t.owner_no = e.employee_no
left join documents as d on t.task_key = d.task_key
-- The number that staff put right, where the document gives the one before.
left join core.contact_number as right_one
    on
        t.store_code = right_one.store_code
        and coalesce(t.vin, t.document_no) = right_one.subject
        and d.phone_hash = right_one.replaced_phone_hash
left join merged as m on t.task_key = m.task_key
left join told as o on t.task_key = o.task_key
left join owners as w on t.task_key = w.task_key
left join calls as c on t.task_key = c.task_key
left join visits as v on t.task_key = v.task_key
-- The service that a visit was for has moved it on already; one that was due
-- before any other visit is due still.
left join care.service_due as n
    on
        t.vin = n.vin
        and (
            t.event_on < n.due_on
            or d.repair_type is distinct from 'maintenance'
        )
left join care.campaign as k
    on t.event = 'campaign' and t.occurrence = k.campaign_no
order by t.task_key
