-- Whether a vehicle came again or was sold again is asked of what is known of
-- it, and not of all of its orders, which are the more the longer the history
-- is. Of visits that stand, the last one is the greatest of when it was opened,
-- store and number, and last_exit_on is the latest day on which one ended.
alter table core.vehicle
add column last_opened_at timestamptz,
add column last_ro_no text,
add column last_exit_on date;

update core.vehicle as known
set
    last_opened_at = visits.opened_at,
    last_store_code = visits.store_code,
    last_ro_no = visits.ro_no,
    last_exit_on = visits.last_exit_on
from (
    select distinct on (repaired.vin)
        repaired.vin,
        repaired.opened_at,
        repaired.store_code,
        repaired.ro_no,
        max(repaired.exit_on) over (partition by repaired.vin)
            as last_exit_on
    from core.repair_order as repaired
    where
        repaired.ro_type <> 'pre_delivery'
        and repaired.status <> 'cancelled'
        and not repaired.is_reversed
        and not repaired.is_vanished
    order by
        repaired.vin asc,
        repaired.opened_at desc,
        repaired.store_code desc,
        repaired.ro_no desc
) as visits
where known.vin = visits.vin;

create or replace view care.occasion as
select
    'delivery' as event,
    'sales_order' as document_kind,
    sold.store_code,
    sold.order_no as document_no,
    sold.vin,
    sold.delivered_on as event_on,
    sold.version_day,
    sold.usage,
    sold.contact_hash,
    sold.contact_hash as owner_hash,
    sold.served_by,
    sold.contact_check,
    sold.contact_digest,
    sold.contact_check as owner_check,
    sold.contact_digest as owner_digest,
    coalesce(
        sold.problem,
        case
            when sold.delivered_on is null then 'not_delivered'
        end
    ) as problem
from care.sales_occasion as sold
union all
select
    'workshop_exit' as event,
    'repair_order' as document_kind,
    store_code,
    ro_no as document_no,
    vin,
    exit_on as event_on,
    version_day,
    cast(null as text) as usage,
    contact_hash,
    owner_hash,
    served_by,
    contact_check,
    contact_digest,
    owner_check,
    owner_digest,
    problem
from care.visit_occasion
union all
select
    'invoice' as event,
    'sales_order' as document_kind,
    sold.store_code,
    sold.order_no as document_no,
    sold.vin,
    sold.invoiced_on as event_on,
    sold.version_day,
    sold.usage,
    sold.contact_hash,
    sold.contact_hash as owner_hash,
    sold.served_by,
    sold.contact_check,
    sold.contact_digest,
    sold.contact_check as owner_check,
    sold.contact_digest as owner_digest,
    coalesce(
        sold.problem,
        case
            when sold.delivered_on is null then 'not_delivered'
            when sold.invoiced_on is null then 'not_invoiced'
            when exists (
                select 1
                from core.vehicle as known
                where
                    sold.vin = known.vin
                    and known.delivered_on > sold.delivered_on
            ) then 'sold_again'
        end
    ) as problem
from care.sales_occasion as sold
union all
-- A vehicle that came again, or was sold again, has another last visit; also
-- while it has not left again.
select
    'last_visit' as event,
    'repair_order' as document_kind,
    visits.store_code,
    visits.ro_no as document_no,
    visits.vin,
    visits.exit_on as event_on,
    visits.version_day,
    cast(null as text) as usage,
    visits.contact_hash,
    visits.owner_hash,
    visits.served_by,
    visits.contact_check,
    visits.contact_digest,
    visits.owner_check,
    visits.owner_digest,
    coalesce(
        visits.problem,
        case
            when exists (
                select 1
                from core.vehicle as known
                where
                    visits.vin = known.vin
                    and (
                        known.last_opened_at,
                        known.last_store_code,
                        known.last_ro_no
                    )
                    > (visits.opened_at, visits.store_code, visits.ro_no)
            ) then 'came_again'
            when exists (
                select 1
                from core.vehicle as known
                where
                    visits.vin = known.vin
                    and known.delivered_on > visits.exit_on
            ) then 'sold_again'
        end
    ) as problem
from care.visit_occasion as visits
union all
select
    'last_visit' as event,
    'sales_order' as document_kind,
    sold.store_code,
    sold.order_no as document_no,
    sold.vin,
    sold.delivered_on as event_on,
    sold.version_day,
    sold.usage,
    sold.contact_hash,
    sold.contact_hash as owner_hash,
    sold.served_by,
    sold.contact_check,
    sold.contact_digest,
    sold.contact_check as owner_check,
    sold.contact_digest as owner_digest,
    coalesce(
        sold.problem,
        case
            when sold.delivered_on is null then 'not_delivered'
            when exists (
                select 1
                from core.vehicle as known
                where
                    sold.vin = known.vin
                    and (
                        known.last_exit_on >= sold.delivered_on
                        or known.last_opened_at >= sold.delivered_at
                    )
            ) then 'came_again'
            when exists (
                select 1
                from core.vehicle as known
                where
                    sold.vin = known.vin
                    and known.delivered_on > sold.delivered_on
            ) then 'sold_again'
        end
    ) as problem
from care.sales_occasion as sold
union all
-- Where a visit is agreed on, nobody needs to be reminded of it.
select
    'first_service_due' as event,
    due.document_kind,
    due.store_code,
    due.document_no,
    due.vin,
    due.due_on as event_on,
    coalesce(sold.version_day, visits.version_day) as version_day,
    sold.usage,
    coalesce(sold.contact_hash, visits.contact_hash) as contact_hash,
    coalesce(sold.contact_hash, visits.owner_hash) as owner_hash,
    coalesce(sold.served_by, visits.served_by) as served_by,
    coalesce(sold.contact_check, visits.contact_check) as contact_check,
    coalesce(sold.contact_digest, visits.contact_digest) as contact_digest,
    coalesce(sold.contact_check, visits.owner_check) as owner_check,
    coalesce(sold.contact_digest, visits.owner_digest) as owner_digest,
    case
        when exists (
            select 1
            from core.booking as agreed
            where
                due.vin = agreed.vin
                and agreed.status = 'booked'
                and agreed.kind is distinct from 'repair'
                and agreed.booked_on > due.base_on
                and not agreed.is_vanished
        ) then 'booked'
    end as problem
from care.service_due as due
left join care.sales_occasion as sold
    on
        due.document_kind = 'sales_order'
        and due.store_code = sold.store_code
        and due.document_no = sold.order_no
left join care.visit_occasion as visits
    on
        due.document_kind = 'repair_order'
        and due.store_code = visits.store_code
        and due.document_no = visits.ro_no
where due.kind = 'first'
union all
select
    'service_due' as event,
    due.document_kind,
    due.store_code,
    due.document_no,
    due.vin,
    due.due_on as event_on,
    coalesce(sold.version_day, visits.version_day) as version_day,
    sold.usage,
    coalesce(sold.contact_hash, visits.contact_hash) as contact_hash,
    coalesce(sold.contact_hash, visits.owner_hash) as owner_hash,
    coalesce(sold.served_by, visits.served_by) as served_by,
    coalesce(sold.contact_check, visits.contact_check) as contact_check,
    coalesce(sold.contact_digest, visits.contact_digest) as contact_digest,
    coalesce(sold.contact_check, visits.owner_check) as owner_check,
    coalesce(sold.contact_digest, visits.owner_digest) as owner_digest,
    case
        when exists (
            select 1
            from core.booking as agreed
            where
                due.vin = agreed.vin
                and agreed.status = 'booked'
                and agreed.kind is distinct from 'repair'
                and agreed.booked_on > due.base_on
                and not agreed.is_vanished
        ) then 'booked'
    end as problem
from care.service_due as due
left join care.sales_occasion as sold
    on
        due.document_kind = 'sales_order'
        and due.store_code = sold.store_code
        and due.document_no = sold.order_no
left join care.visit_occasion as visits
    on
        due.document_kind = 'repair_order'
        and due.store_code = visits.store_code
        and due.document_no = visits.ro_no
where due.kind = 'periodic'
union all
select
    'policy_end' as event,
    'insurance_policy' as document_kind,
    policies.store_code,
    policies.policy_no as document_no,
    policies.vin,
    policies.ends_on as event_on,
    policies.version_day,
    cast(null as text) as usage,
    policies.holder_phone_hash as contact_hash,
    policies.holder_phone_hash as owner_hash,
    policies.sold_by_no as served_by,
    policies.holder_phone_check as contact_check,
    sha256(
        coalesce(policies.holder_name_hash, '')
        || coalesce(policies.holder_phone_hash, '')
    ) as contact_digest,
    policies.holder_phone_check as owner_check,
    sha256(
        coalesce(policies.holder_name_hash, '')
        || coalesce(policies.holder_phone_hash, '')
    ) as owner_digest,
    case
        when policies.is_vanished then 'document_gone'
        when policies.status = 'cancelled' then 'cancelled'
        when exists (
            select 1
            from core.insurance_policy as later
            where
                policies.vin = later.vin
                and policies.kind = later.kind
                and later.ends_on > policies.ends_on
                and later.status <> 'cancelled'
                and not later.is_vanished
        ) then 'renewed'
    end as problem
from core.insurance_policy as policies
union all
select
    'lead_defeated' as event,
    'lead' as document_kind,
    leads.store_code,
    leads.lead_no as document_no,
    cast(null as text) as vin,
    leads.defeated_on as event_on,
    leads.version_day,
    cast(null as text) as usage,
    leads.customer_phone_hash as contact_hash,
    leads.customer_phone_hash as owner_hash,
    leads.consultant_no as served_by,
    leads.customer_phone_check as contact_check,
    sha256(
        coalesce(leads.customer_name_hash, '')
        || coalesce(leads.customer_phone_hash, '')
    ) as contact_digest,
    leads.customer_phone_check as owner_check,
    sha256(
        coalesce(leads.customer_name_hash, '')
        || coalesce(leads.customer_phone_hash, '')
    ) as owner_digest,
    case
        when leads.is_vanished then 'document_gone'
        when leads.status <> 'defeated' then 'not_defeated'
        when leads.defeated_on is null then 'not_defeated'
    end as problem
from core.lead as leads;
