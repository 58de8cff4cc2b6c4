-- The day on which a vehicle got its plates, where a dealer system tells it;
-- of a used one the first time. The order's own day of delivery stands in where
-- it is not told.
alter table staging.sales_order add column registered_on date;
alter table core.sales_order add column registered_on date;

create index sales_order_registered_idx
on core.sales_order (store_code, coalesce(registered_on, delivered_on));

alter table care.follow_up_task
drop constraint follow_up_task_event_check,
add constraint follow_up_task_event_check check (
    event in (
        'delivery', 'registration', 'workshop_exit', 'invoice', 'last_visit',
        'first_service_due', 'service_due', 'policy_end', 'lead_defeated',
        'birthday', 'lunar_birthday', 'festival', 'campaign', 'referral',
        'trouble_told'
    )
);

create or replace view care.sales_occasion as
select
    sold.store_code,
    sold.order_no,
    sold.vin,
    sold.delivered_on,
    sold.delivered_at,
    sold.invoiced_on,
    sold.version_day,
    sold.customer_phone_hash as contact_hash,
    sold.sales_consultant_no as served_by,
    sold.customer_phone_check as contact_check,
    sha256(
        coalesce(sold.customer_name_hash, '')
        || coalesce(sold.customer_phone_hash, '')
        || coalesce(sold.plate_hash, '')
    ) as contact_digest,
    case
        when sold.is_vanished then 'document_gone'
        when sold.status = 'cancelled' then 'cancelled'
    end as problem,
    coalesce(sold.usage, 'private') as usage,
    coalesce(sold.registered_on, sold.delivered_on) as registered_on
from core.sales_order as sold;

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
    'registration' as event,
    'sales_order' as document_kind,
    sold.store_code,
    sold.order_no as document_no,
    sold.vin,
    sold.registered_on as event_on,
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

-- Inspections of the packs count from it now, and of packs that extend them;
-- the policy line says of which follow-up a task is. No key tells the event.
update care.follow_up_task
set event = 'registration'
where
    event = 'delivery'
    and about = 'inspection'
    and rule_id in ('S2-11', 'S3-02')
    and split_part(policy_line, '/', 2) = 'follow_ups'
    and split_part(policy_line, '/', 3) in ('inspection', 'inspection_taxi');
