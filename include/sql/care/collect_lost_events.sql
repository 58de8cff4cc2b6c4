-- Events of tonight's documents that were lost again, cancelled or deleted
-- say, before this night came to see them: nights in order had made their
-- tasks and withdrawn them, so this one makes them withdrawn. The event is that
-- of the newest captured version with nothing against it; it was lost when a
-- newer one came, or when a sweep missed the document. Of a rule for visits
-- that read or cost as much, that version has to have done so, and no visit
-- before it; one for new cars is for those that were neither delivered nor
-- maintained before.
-- grain: one row per document and follow-up
-- reads: pg_temp.night_document, pg_temp.night_range, pg_temp.night_rule,
--   care.occasion, core.sales_order, core.repair_order, staging.sales_order,
--   staging.repair_order, quality.good_row, ops.load, quality.quarantine,
--   care.follow_up_task
-- writes: pg_temp.night_subject
with zone as (
    select cast(:time_zone as text) as time_zone
),

lost_documents as (
    select
        d.event,
        d.document_kind,
        d.store_code,
        d.document_no,
        d.problem,
        coalesce(sold.vanished_day, repaired.vanished_day) as vanished_day
    from night_document as n
    inner join lateral (
        select e.*
        from care.occasion as e
        where
            (n.document_kind, e.event) in (
                ('sales_order', 'delivery'),
                ('sales_order', 'registration'),
                ('repair_order', 'workshop_exit')
            )
            and n.document_kind = e.document_kind
            and n.store_code = e.store_code
            and n.document_no = e.document_no
        offset 0 -- noqa: AM09
    ) as d on true
    left join lateral (
        select o.vanished_day
        from core.sales_order as o
        where
            d.document_kind = 'sales_order'
            and d.store_code = o.store_code
            and d.document_no = o.order_no
            and o.is_vanished
        offset 0 -- noqa: AM09
    ) as sold on true
    left join lateral (
        select o.vanished_day
        from core.repair_order as o
        where
            d.document_kind = 'repair_order'
            and d.store_code = o.store_code
            and d.document_no = o.ro_no
            and o.is_vanished
        offset 0 -- noqa: AM09
    ) as repaired on true
    where d.problem is not null
),

versions as (
    select
        d.event,
        d.document_kind,
        d.store_code,
        d.document_no,
        v.load_id,
        v.vin,
        v.version_at,
        v.row_hash,
        coalesce(v.usage, 'private') as usage,
        coalesce(v.sale_type, 'new') as sale_type,
        v.customer_phone_check as contact_check,
        sha256(
            coalesce(v.customer_name_hash, '')
            || coalesce(v.customer_phone_hash, '')
            || coalesce(v.plate_hash, '')
        ) as contact_digest,
        cast(null as text) as owner_check,
        cast(null as bytea) as owner_digest,
        cast(null as integer) as odometer_km,
        cast(null as numeric) as cost,
        case
            when v.status <> 'cancelled' and v.delivered_at is not null
                then coalesce(
                    case
                        when d.event = 'registration'
                            then nullif(
                                greatest(v.registered_on, date '1970-01-01'),
                                date '1970-01-01'
                            )
                    end,
                    cast(v.delivered_at at time zone zone.time_zone as date)
                )
        end as event_on
    from zone
    cross join lost_documents as d
    inner join staging.sales_order as v
        on d.store_code = v.store_code and d.document_no = v.order_no
    inner join quality.good_row as g
        on v.load_id = g.load_id and v.row_id = g.row_id
    where d.document_kind = 'sales_order'
    union all
    select
        d.event,
        d.document_kind,
        d.store_code,
        d.document_no,
        v.load_id,
        v.vin,
        v.version_at,
        v.row_hash,
        cast(null as text) as usage,
        cast(null as text) as sale_type,
        v.deliverer_phone_check as contact_check,
        sha256(
            coalesce(v.deliverer_name_hash, '')
            || coalesce(v.deliverer_phone_hash, '')
            || coalesce(v.plate_hash, '')
        ) as contact_digest,
        v.owner_phone_check as owner_check,
        sha256(
            coalesce(v.owner_name_hash, '')
            || coalesce(v.owner_phone_hash, '')
            || coalesce(v.plate_hash, '')
        ) as owner_digest,
        coalesce(v.odometer_out_km, v.odometer_in_km) as odometer_km,
        case when v.ro_type <> 'warranty' then v.amount end as cost,
        case
            when
                v.status <> 'cancelled'
                and v.ro_type <> 'pre_delivery'
                and not coalesce(v.is_reversed, false)
                then cast(
                    coalesce(v.delivered_at, v.settled_at)
                    at time zone zone.time_zone as date
                )
        end as event_on
    from zone
    cross join lost_documents as d
    inner join staging.repair_order as v
        on d.store_code = v.store_code and d.document_no = v.ro_no
    inner join quality.good_row as g
        on v.load_id = g.load_id and v.row_id = g.row_id
    where d.document_kind = 'repair_order'
),

dated as (
    select
        v.*,
        l.business_day,
        greatest(l.business_day, q.closed_day) as arrived_on
    from versions as v
    inner join ops.load as l on v.load_id = l.load_id
    left join quality.quarantine as q
        on
            l.system = q.system
            and l.feed = q.feed
            and v.store_code || '|' || v.document_no = q.business_key
            and v.row_hash = q.row_hash
            and q.state in ('released', 'waived')
            and l.business_day between q.first_day and q.last_day
),

last_events as (
    select distinct on (event, document_kind, store_code, document_no) *
    from dated
    where event_on is not null
    order by
        event asc,
        document_kind asc,
        store_code asc,
        document_no asc,
        version_at desc,
        business_day desc
),

lost_events as (
    select
        e.document_kind,
        e.store_code,
        e.document_no,
        e.vin,
        e.usage,
        e.sale_type,
        e.event_on,
        e.contact_check,
        e.contact_digest,
        e.owner_check,
        e.owner_digest,
        e.odometer_km,
        e.cost,
        d.event,
        d.problem,
        min(v.arrived_on) filter (
            where v.event_on = e.event_on
        ) as arrived_on,
        least(
            d.vanished_day,
            min(v.arrived_on) filter (
                where (v.version_at, v.business_day)
                > (e.version_at, e.business_day)
            )
        ) as lost_on
    from last_events as e
    inner join lost_documents as d
        on
            e.event = d.event
            and e.document_kind = d.document_kind
            and e.store_code = d.store_code
            and e.document_no = d.document_no
    inner join dated as v
        on
            e.event = v.event
            and e.document_kind = v.document_kind
            and e.store_code = v.store_code
            and e.document_no = v.document_no
    group by
        e.document_kind,
        e.store_code,
        e.document_no,
        e.vin,
        e.usage,
        e.sale_type,
        e.event_on,
        e.contact_check,
        e.contact_digest,
        e.owner_check,
        e.owner_digest,
        e.odometer_km,
        e.cost,
        d.event,
        d.problem,
        d.vanished_day
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
    arrived_on,
    lost_on,
    rule_no,
    calendar,
    contact_check,
    contact_digest,
    problem
)
select
    e.store_code || '.' || r.rule_id || '.' || e.document_no
    || case when r.occurrence > 1 then '.' || r.occurrence else '' end
        as task_key,
    e.store_code,
    r.rule_id,
    r.occurrence,
    e.event,
    e.document_kind,
    e.document_no,
    e.vin,
    e.event_on,
    e.arrived_on,
    e.lost_on,
    r.rule_no,
    g.calendar,
    case r.contact_kind
        when 'owner' then e.owner_check else e.contact_check
    end as contact_check,
    case r.contact_kind
        when 'owner' then e.owner_digest else e.contact_digest
    end as contact_digest,
    e.problem
from lost_events as e
inner join night_range as g
    on
        e.store_code = g.store_code
        and e.event = g.event
        and e.event_on between g.event_from and g.event_to
inner join night_rule as r
    on
        g.rule_no = r.rule_no
        and (r.usages = '{}' or coalesce(e.usage = any(r.usages), true))
        and (
            r.sale_types = '{}'
            or coalesce(e.sale_type = any(r.sale_types), true)
        )
        and coalesce(e.odometer_km >= r.odometer_from, r.odometer_from is null)
        and coalesce(e.cost >= r.cost_from, r.cost_from is null)
where
    e.lost_on is not null
    and not exists (
        select 1
        from care.follow_up_task as t
        where
            e.store_code = t.store_code
            and r.rule_id = t.rule_id
            and e.document_no = t.document_no
            and r.occurrence = t.occurrence
    )
    and not exists (
        select 1
        from core.repair_order as own
        inner join core.repair_order as earlier on own.vin = earlier.vin
        where
            e.store_code = own.store_code
            and e.document_no = own.ro_no
            and (own.opened_at, own.store_code, own.ro_no)
            > (earlier.opened_at, earlier.store_code, earlier.ro_no)
            and coalesce(earlier.odometer_out_km, earlier.odometer_in_km)
            >= r.odometer_from
            and earlier.status <> 'cancelled'
            and not earlier.is_reversed
            and not earlier.is_vanished
    )
    and (
        r.sale_types = '{}'
        or 'used' = any(r.sale_types)
        or not exists (
            select 1
            from core.sales_order as earlier
            where
                e.vin = earlier.vin
                and e.event_on > earlier.delivered_on
                and earlier.status <> 'cancelled'
                and not earlier.is_vanished
        )
        and not exists (
            select 1
            from core.repair_order as earlier
            where
                e.vin = earlier.vin
                and e.event_on > earlier.exit_on
                and earlier.repair_type = 'maintenance'
                and earlier.ro_type <> 'pre_delivery'
                and earlier.status <> 'cancelled'
                and not earlier.is_reversed
                and not earlier.is_vanished
        )
    )
