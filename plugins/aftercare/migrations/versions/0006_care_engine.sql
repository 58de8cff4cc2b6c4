-- occasions ------------------------------------------------------------
-- What can make a task, by event: a delivery, the end of a visit, the last visit
-- of a vehicle that has not come since. A reminder stands on a document, too.
-- One person is called once a day: merged_into names the task that goes
-- first, and also those that wait for this one and are said in its call.
alter table care.follow_up_task
add column event text,
add column about text not null default 'follow_up',
add column purpose text not null default 'service',
add column is_mergeable boolean not null default false,
add column preferred_slot text,
add column merged_into text,
add column also text [] not null default '{}',
drop constraint follow_up_task_document_kind_check,
drop constraint follow_up_task_contact_kind_check,
alter column vin drop not null;

update care.follow_up_task
set
    event = case document_kind
        when 'sales_order' then 'delivery' else 'workshop_exit'
    end;

alter table care.follow_up_task
alter column event set not null,
add constraint follow_up_task_event_check check (
    event in (
        'delivery', 'workshop_exit', 'invoice', 'last_visit',
        'first_service_due', 'service_due', 'policy_end', 'lead_defeated'
    )
),
add constraint follow_up_task_document_kind_check check (
    document_kind in (
        'sales_order', 'repair_order', 'insurance_policy', 'lead'
    )
),
add constraint follow_up_task_contact_kind_check check (
    contact_kind in ('customer', 'deliverer', 'owner', 'holder')
);

create index sales_order_invoiced_idx
on core.sales_order (store_code, invoiced_on);

-- An occasion is looked at by its event, store and day. problem says why there
-- is nothing to do. A visit's contact is who brought the car or, where a rule
-- wants that, the owner; after a sale both are its customer. Where nobody says
-- what a vehicle is used for, it is private.
drop view care.document;

create view care.sales_occasion as
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
    coalesce(sold.usage, 'private') as usage
from core.sales_order as sold;

create view care.visit_occasion as
select
    repaired.store_code,
    repaired.ro_no,
    repaired.vin,
    repaired.exit_on,
    repaired.opened_at,
    repaired.version_day,
    repaired.deliverer_phone_hash as contact_hash,
    repaired.owner_phone_hash as owner_hash,
    repaired.service_advisor_no as served_by,
    repaired.deliverer_phone_check as contact_check,
    sha256(
        coalesce(repaired.deliverer_name_hash, '')
        || coalesce(repaired.deliverer_phone_hash, '')
        || coalesce(repaired.plate_hash, '')
    ) as contact_digest,
    repaired.owner_phone_check as owner_check,
    sha256(
        coalesce(repaired.owner_name_hash, '')
        || coalesce(repaired.owner_phone_hash, '')
        || coalesce(repaired.plate_hash, '')
    ) as owner_digest,
    case
        when repaired.is_vanished then 'document_gone'
        when repaired.status = 'cancelled' then 'cancelled'
        when repaired.is_reversed then 'reversed'
        when repaired.ro_type = 'pre_delivery' then 'pre_delivery'
        when repaired.exit_on is null then 'not_left'
    end as problem
from core.repair_order as repaired;

create view care.occasion as
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
                from core.sales_order as later
                where
                    sold.vin = later.vin
                    and later.delivered_on > sold.delivered_on
                    and later.status <> 'cancelled'
                    and not later.is_vanished
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
            ) then 'came_again'
            when exists (
                select 1
                from core.sales_order as sold
                where
                    visits.vin = sold.vin
                    and sold.delivered_on > visits.exit_on
                    and sold.status <> 'cancelled'
                    and not sold.is_vanished
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
            ) then 'came_again'
            when exists (
                select 1
                from core.sales_order as later
                where
                    sold.vin = later.vin
                    and later.delivered_on > sold.delivered_on
                    and later.status <> 'cancelled'
                    and not later.is_vanished
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

-- A withdrawn reminder is looked at until it is over: a booking that was
-- cancelled, say, brings it back.
create index follow_up_task_withdrawn_idx
on care.follow_up_task (expires_on)
where status = 'withdrawn';

-- Where a document names nobody who is known, the number is the person: it
-- holds for calls to that number, where nobody is known either.
create view care.do_not_call_number as
select
    wishes.task_key,
    wishes.called_on,
    case tasks.contact_kind
        when 'owner' then documents.owner_hash else documents.contact_hash
    end as contact_hash
from care.do_not_call as wishes
inner join care.follow_up_task as tasks on wishes.task_key = tasks.task_key
inner join care.occasion as documents
    on
        tasks.document_kind = documents.document_kind
        and tasks.store_code = documents.store_code
        and tasks.document_no = documents.document_no
where
    wishes.known_id is null
    and documents.event in (
        'delivery', 'workshop_exit', 'policy_end', 'lead_defeated'
    );

-- costs of history -----------------------------------------------------
-- Every version that was captured, as for orders.
create index insurance_policy_document_idx
on staging.insurance_policy (store_code, policy_no);
create index lead_document_idx on staging.lead (store_code, lead_no);
