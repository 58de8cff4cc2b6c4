-- The reference of a day's tasks: the follow-ups that two packs have today,
-- their dates written out, each found by the day of its event on indexes.
-- Valid for days without closed ones, and for those of no festival.
-- grain: one row per task
-- reads: core.store, core.sales_order, core.repair_order, care.service_due,
--   core.insurance_policy, core.lead, core.booking, core.consent,
--   core.call_result, core.assignment, care.follow_up_task, ops.policy_line,
--   ops.policy_version
-- writes: care.follow_up_task
with given as (
    select
        cast(:day as date) as on_day,
        cast(:hash_head as bytea) as hash_head,
        cast(:hash_inner as bytea) as hash_inner,
        cast(:hash_outer as bytea) as hash_outer,
        cast(:day as date) + 1 as work_day
),

policy as (
    select
        min(lines.line_id) as line_id,
        min(versions.digest) as digest
    from ops.policy_line as lines
    cross join ops.policy_version as versions
    where lines.line_id like 'changan-dealer/follow_ups/repair_call/due_after@%'
),

rules (
    brand, rule_id, occurrence, event, contact, role, months,
    opens, due, late, over_months, over
) as (
    values
    ('CHANGAN', 'S4-02', 1, 'delivery', 'customer', 'SC', 0, 1, 1, 1, 0, 2),
    ('CHANGAN', 'S4-03', 1, 'delivery', 'customer', 'SC', 0, 2, 3, 3, 0, 6),
    ('CHANGAN', 'S4-04', 1, 'delivery', 'customer', 'SC', 0, 7, 7, 9, 0, 14),
    ('CHANGAN', 'S4-05', 1, 'delivery', 'customer', 'AC', 0, 18, 18, 21, 0, 24),
    ('CHANGAN', 'S4-06', 1, 'exit', 'deliverer', 'AC', 0, 1, 3, 3, 0, 15),
    ('CHANGAN', 'S4-26', 1, 'trouble', 'called', 'AC', 0, 1, 1, 1, 0, 30),
    ('CHANGAN', 'S4-26', 5, 'trouble', 'called', 'SUP', 0, 1, 3, 3, 0, 30),
    ('SKODA', 'S2-01', 1, 'delivery', 'customer', 'SC', 0, 1, 3, 3, 0, 15),
    ('SKODA', 'S2-01', 2, 'delivery', 'customer', 'SC', 3, 0, 0, 7, 4, 0),
    ('SKODA', 'S2-01', 3, 'delivery', 'customer', 'SC', 6, 0, 0, 7, 7, 0),
    ('SKODA', 'S2-03', 1, 'exit', 'deliverer', 'AC', 0, 1, 3, 3, 0, 15),
    ('SKODA', 'S2-06', 0, 'birthday', 'customer', 'AC', 0, 0, 0, 0, 0, 0),
    ('SKODA', 'S2-08', 1, 'first', 'owner', 'AC', 0, -30, -30, -23, 0, -8),
    ('SKODA', 'S2-09', 1, 'periodic', 'owner', 'AC', 0, -30, -23, -16, 0, -8),
    ('SKODA', 'S2-09', 2, 'periodic', 'owner', 'AC', 0, 0, 7, 14, 0, 22),
    ('SKODA', 'S2-09', 3, 'periodic', 'owner', 'AC', 0, 30, 37, 44, 0, 52),
    ('SKODA', 'S2-10', 36, 'billed', 'customer', 'AC', 36, -30, -16, -9, 36, 0),
    ('SKODA', 'S2-11', 24, 'delivery', 'owner', 'AC', 24, -30, -30, -16, 24, 0),
    ('SKODA', 'S2-11', 48, 'delivery', 'owner', 'AC', 48, -30, -30, -16, 48, 0),
    ('SKODA', 'S2-13', 1, 'visit', 'owner', 'AC', 6, 0, 7, 14, 7, 0),
    ('SKODA', 'S2-13', 1, 'sale', 'owner', 'AC', 6, 0, 7, 14, 7, 0),
    ('SKODA', 'S2-14', 1, 'defeat', 'customer', 'SC', 0, 7, 14, 30, 0, 30),
    ('SKODA', 'S2-15', 1, 'delivery', 'customer', 'SUP', 0, 1, 1, 1, 0, 7),
    ('SKODA', 'S2-18', 1, 'policy', 'holder', 'AC', 0, -40, -38, -36, 0, -34),
    ('SKODA', 'S2-18', 2, 'policy', 'holder', 'AC', 0, -33, -31, -29, 0, -16),
    ('SKODA', 'S2-18', 3, 'policy', 'holder', 'AC', 0, -15, -13, -10, 0, -1),
    ('SKODA', 'S2-18', 4, 'policy', 'holder', 'AC', 0, -60, -60, -53, 0, -41)
),

-- Whoever was born on a day like that of tonight or of tomorrow.
births as materialized (
    select
        given.on_day + nights.later as kept_on,
        bench_hash(
            cast(
                cast(
                    given.on_day
                    + nights.later
                    - make_interval(years => ages.age) as date
                ) as text
            ),
            given.hash_head,
            given.hash_inner,
            given.hash_outer
        ) as birthday_hash
    from given
    cross join generate_series(0, 1) as nights (later)
    cross join generate_series(1, 110) as ages (age)
),

-- Event days on which a follow-up is open tonight; a month has at most 31 days.
windows as (
    select
        rules.*,
        stores.store_code,
        given.on_day,
        given.work_day,
        cast(
            given.on_day - rules.over
            - make_interval(months => rules.over_months) as date
        ) - 3 as first_on,
        cast(
            given.work_day - rules.opens
            - make_interval(months => rules.months) as date
        ) + 3 as last_on
    from given
    cross join rules
    inner join core.store as stores on rules.brand = stores.brand
),

events as (
    select
        windows.*,
        'sales_order' as document_kind,
        sold.order_no as document_no,
        sold.vin,
        sold.delivered_on as event_on,
        sold.customer_phone_check as contact_check,
        sold.customer_phone_hash as contact_hash
    from windows
    inner join lateral (
        select o.*
        from core.sales_order as o
        where
            o.store_code = windows.store_code
            and o.delivered_on between windows.first_on and windows.last_on
            and o.status = 'active'
            and not o.is_vanished
        offset 0 -- noqa: AM09
    ) as sold on windows.event in ('delivery', 'sale')
    where
        (
            windows.event = 'delivery'
            or not exists (
                select 1
                from core.repair_order as later
                where
                    sold.vin = later.vin
                    and (
                        later.exit_on >= sold.delivered_on
                        or later.opened_at >= sold.delivered_at
                    )
                    and later.status <> 'cancelled'
                    and later.ro_type <> 'pre_delivery'
                    and not later.is_reversed
                    and not later.is_vanished
            )
        )
        -- What is said of a new car alone, and until its first service; each
        -- car was sold once.
        and (
            windows.rule_id <> 'S4-05'
            or (
                not exists (
                    select 1
                    from core.repair_order as earlier
                    where
                        sold.vin = earlier.vin
                        and earlier.exit_on < sold.delivered_on
                        and earlier.repair_type = 'maintenance'
                        and earlier.status <> 'cancelled'
                        and earlier.ro_type <> 'pre_delivery'
                        and not earlier.is_reversed
                        and not earlier.is_vanished
                )
                and not exists (
                    select 1
                    from core.repair_order as later
                    where
                        sold.vin = later.vin
                        and later.opened_at > sold.delivered_at
                        and cast(
                            later.opened_at
                            at time zone 'Asia/Shanghai' as date
                        ) <= sold.delivered_on + windows.over
                        and later.repair_type = 'maintenance'
                        and later.status <> 'cancelled'
                        and later.ro_type <> 'pre_delivery'
                        and not later.is_reversed
                        and not later.is_vanished
                )
            )
        )
    union all
    select
        windows.*,
        'repair_order' as document_kind,
        visits.ro_no as document_no,
        visits.vin,
        visits.exit_on as event_on,
        visits.deliverer_phone_check as contact_check,
        visits.owner_phone_hash as contact_hash
    from windows
    inner join lateral (
        select o.*
        from core.repair_order as o
        where
            o.store_code = windows.store_code
            and o.exit_on between windows.first_on and windows.last_on
            and o.status <> 'cancelled'
            and o.ro_type <> 'pre_delivery'
            and not o.is_reversed
            and not o.is_vanished
        offset 0 -- noqa: AM09
    ) as visits on windows.event in ('exit', 'visit')
    where
        windows.event = 'exit'
        or not exists (
            select 1
            from core.repair_order as later
            where
                visits.vin = later.vin
                and later.opened_at >= visits.opened_at
                and (later.opened_at, later.store_code, later.ro_no)
                > (visits.opened_at, visits.store_code, visits.ro_no)
                and later.status <> 'cancelled'
                and later.ro_type <> 'pre_delivery'
                and not later.is_reversed
                and not later.is_vanished
        )
        and not exists (
            select 1
            from core.sales_order as sold
            where
                visits.vin = sold.vin
                and sold.delivered_on > visits.exit_on
                and sold.status <> 'cancelled'
                and not sold.is_vanished
        )
    union all
    select
        windows.*,
        dues.document_kind,
        dues.document_no,
        dues.vin,
        dues.due_on as event_on,
        'valid' as contact_check,
        cast(null as bytea) as contact_hash
    from windows
    inner join lateral (
        select s.*
        from care.service_due as s
        where
            s.store_code = windows.store_code
            and s.kind = windows.event
            and s.due_on between windows.first_on and windows.last_on
        offset 0 -- noqa: AM09
    ) as dues on windows.event in ('first', 'periodic')
    where
        not exists (
            select 1
            from core.booking as agreed
            where
                dues.vin = agreed.vin
                and agreed.booked_on > dues.base_on
                and agreed.booked_on + 3 > windows.on_day
                and agreed.status = 'booked'
                and agreed.kind is distinct from 'repair'
                and not agreed.is_vanished
        )
    union all
    select
        windows.*,
        'sales_order' as document_kind,
        sold.order_no as document_no,
        sold.vin,
        sold.invoiced_on as event_on,
        sold.customer_phone_check as contact_check,
        sold.customer_phone_hash as contact_hash
    from windows
    inner join lateral (
        select o.*
        from core.sales_order as o
        where
            o.store_code = windows.store_code
            and o.invoiced_on between windows.first_on and windows.last_on
            and o.delivered_on is not null
            and o.status = 'active'
            and not o.is_vanished
        offset 0 -- noqa: AM09
    ) as sold on windows.event = 'billed'
    where
        not exists (
            select 1
            from core.repair_order as earlier
            where
                sold.vin = earlier.vin
                and earlier.exit_on < sold.delivered_on
                and earlier.repair_type = 'maintenance'
                and earlier.status <> 'cancelled'
                and earlier.ro_type <> 'pre_delivery'
                and not earlier.is_reversed
                and not earlier.is_vanished
        )
    union all
    select
        windows.*,
        'sales_order' as document_kind,
        sold.order_no as document_no,
        sold.vin,
        births.kept_on as event_on,
        sold.customer_phone_check as contact_check,
        sold.customer_phone_hash as contact_hash
    from births
    inner join core.sales_order as sold
        on
            births.birthday_hash = sold.birthday_hash
            and sold.birthday_check = 'valid'
            and births.kept_on > sold.delivered_on
            and sold.customer_kind <> 'company'
            and sold.status = 'active'
            and not sold.is_vanished
    inner join windows
        on
            sold.store_code = windows.store_code
            and windows.event = 'birthday'
    where
        not exists (
            select 1
            from core.sales_order as later
            where
                sold.vin = later.vin
                and later.delivered_on > sold.delivered_on
                and later.status <> 'cancelled'
                and not later.is_vanished
        )
    union all
    select
        windows.*,
        'insurance_policy' as document_kind,
        policies.policy_no as document_no,
        policies.vin,
        policies.ends_on as event_on,
        policies.holder_phone_check as contact_check,
        policies.holder_phone_hash as contact_hash
    from windows
    inner join lateral (
        select p.*
        from core.insurance_policy as p
        where
            p.store_code = windows.store_code
            and p.ends_on between windows.first_on and windows.last_on
            and p.status = 'active'
            and not p.is_vanished
        offset 0 -- noqa: AM09
    ) as policies on windows.event = 'policy'
    where
        not exists (
            select 1
            from core.insurance_policy as later
            where
                policies.vin = later.vin
                and policies.kind = later.kind
                and later.ends_on > policies.ends_on
                and later.status <> 'cancelled'
                and not later.is_vanished
        )
    union all
    select
        windows.*,
        'lead' as document_kind,
        leads.lead_no as document_no,
        cast(null as text) as vin,
        leads.defeated_on as event_on,
        leads.customer_phone_check as contact_check,
        leads.customer_phone_hash as contact_hash
    from windows
    inner join lateral (
        select l.*
        from core.lead as l
        where
            l.store_code = windows.store_code
            and l.defeated_on between windows.first_on and windows.last_on
            and l.status = 'defeated'
            and not l.is_vanished
        offset 0 -- noqa: AM09
    ) as leads on windows.event = 'defeat'
    union all
    select
        windows.*,
        troubles.document_kind,
        troubles.document_no,
        troubles.vin,
        troubles.called_on as event_on,
        troubles.contact_check,
        cast(null as bytea) as contact_hash
    from windows
    inner join lateral (
        select
            called.document_kind,
            called.document_no,
            c.called_on,
            min(called.vin) as vin,
            min(called.contact_check) as contact_check,
            min(c.satisfaction) as satisfaction
        from core.call_result as c
        inner join care.follow_up_task as called on c.task_key = called.task_key
        where
            c.store_code = windows.store_code
            and c.called_on between windows.first_on and windows.last_on
            and c.satisfaction <= 6
        group by called.document_kind, called.document_no, c.called_on
        offset 0 -- noqa: AM09
    ) as troubles on windows.event = 'trouble'
    where
        windows.occurrence
        = case when troubles.satisfaction <= 4 then 1 else 5 end
),

-- What may come again in another year or call is told apart by its day.
numbered as (
    select
        events.*,
        case events.event
            when 'birthday'
                then cast(to_char(events.event_on, 'YYYYMMDD') as integer)
            when 'trouble'
                then
                    cast(to_char(events.event_on, 'YYYYMMDD') as integer) * 10
                    + events.occurrence
            else events.occurrence
        end as number,
        case
            when events.event = 'birthday'
                then to_char(events.event_on, '.YYYYMMDD')
            when events.event = 'trouble'
                then
                    to_char(events.event_on, '.YYYYMMDD')
                    || case events.document_kind
                        when 'sales_order' then 'S'
                        when 'repair_order' then 'R'
                        when 'insurance_policy' then 'P'
                        else 'L'
                    end
                    || events.occurrence
            when events.occurrence > 1 then '.' || events.occurrence
            else ''
        end as key_end
    from events
),

dated as (
    select
        numbered.*,
        cast(
            numbered.event_on + make_interval(months => numbered.months) as date
        ) as from_on,
        numbered.rule_id in ('S2-13', 'S2-14', 'S2-18') as is_offer,
        numbered.store_code
        || '.'
        || numbered.rule_id
        || '.'
        || numbered.document_no
        || numbered.key_end as task_key,
        cast(
            numbered.event_on + make_interval(months => numbered.over_months)
            as date
        ) + numbered.over as expires_on
    from numbered
)

insert into care.follow_up_task (
    task_key,
    store_code,
    rule_id,
    pack,
    event,
    document_kind,
    document_no,
    occurrence,
    vin,
    event_on,
    open_on,
    due_on,
    deadline_on,
    expires_on,
    contact_kind,
    contact_check,
    owner_role,
    owner_no,
    channel,
    script_id,
    script_version,
    status,
    status_reason,
    policy_line,
    policy_digest,
    arrived_day,
    made_day,
    listed_day,
    changed_day
)
select
    dated.task_key,
    dated.store_code,
    dated.rule_id,
    'changan-dealer' as pack,
    'delivery' as event,
    dated.document_kind,
    dated.document_no,
    dated.number,
    dated.vin,
    dated.event_on,
    dated.from_on + dated.opens as open_on,
    dated.from_on + dated.due as due_on,
    dated.from_on + dated.late as deadline_on,
    greatest(dated.expires_on, dated.from_on + dated.late) as expires_on,
    case
        when dated.contact <> 'called' then dated.contact
        when dated.document_kind = 'repair_order' then 'deliverer'
        else 'customer'
    end as contact_kind,
    dated.contact_check,
    dated.role,
    owners.employee_no,
    'phone' as channel,
    'repair_call' as script_id,
    '1' as script_version,
    case
        when dated.is_offer and coalesce(agreed.state, '') <> 'given'
            then 'held'
        else 'open'
    end as status,
    case
        when dated.is_offer and coalesce(agreed.state, '') <> 'given'
            then 'no_consent'
    end as status_reason,
    policy.line_id,
    policy.digest,
    dated.on_day as arrived_day,
    dated.on_day as made_day,
    dated.on_day as listed_day,
    dated.on_day as changed_day
from policy
cross join dated
left join lateral (
    select posts.employee_no
    from core.assignment as posts
    where
        posts.store_code = dated.store_code
        and posts.role = dated.role
        and dated.work_day >= posts.valid_from
        and dated.work_day <= coalesce(posts.valid_to, dated.work_day)
    order by md5(dated.task_key || posts.employee_no), posts.employee_no
    limit 1
) as owners on true
-- What is said of a vehicle is said of a number, too: yes holds for that one.
left join lateral (
    select words.state
    from core.consent as words
    where
        words.purpose = 'commercial'
        and words.said_on <= least(dated.work_day, dated.expires_on)
        and (
            words.customer_phone_hash = dated.contact_hash
            or (
                words.vin = dated.vin
                and (
                    words.state <> 'given'
                    or words.customer_phone_hash is null
                )
            )
        )
    order by words.said_on desc, words.state = 'given'
    limit 1
) as agreed on dated.is_offer
where
    dated.from_on + dated.opens <= dated.work_day
    and greatest(dated.expires_on, dated.from_on + dated.late) >= dated.on_day
    and not exists (
        select 1
        from care.follow_up_task as known
        where known.task_key = dated.task_key
    )
