-- greetings and campaigns ----------------------------------------------
-- Occasions of a person rather than of a document: a task stands on the one
-- document that names the person, and is numbered by the day (20260925) or by
-- the campaign.
alter table care.follow_up_task
drop constraint follow_up_task_event_check,
add constraint follow_up_task_event_check check (
    event in (
        'delivery', 'workshop_exit', 'invoice', 'last_visit',
        'first_service_due', 'service_due', 'policy_end', 'lead_defeated',
        'birthday', 'lunar_birthday', 'festival', 'campaign'
    )
);

-- What an operator started; nothing of a customer stands here. A code is used
-- once, and its number is the occurrence of its tasks.
create table care.campaign (
    campaign_no integer primary key generated always as identity,
    campaign_code text not null unique,
    kind text not null check (kind in ('special_weather', 'activity')),
    subject text not null,
    store_codes text [] not null check (cardinality(store_codes) > 0),
    starts_on date not null,
    started_by text not null,
    started_at timestamptz not null default now(),
    stopped_by text,
    stopped_at timestamptz,
    check (num_nulls(stopped_by, stopped_at) <> 1)
);
create index campaign_started_idx on care.campaign (starts_on);
create index follow_up_task_campaign_idx on care.follow_up_task (occurrence)
where event = 'campaign';

-- Who has a birthday is asked by the hashes of all dates of birth of a day.
create index sales_order_birthday_idx on core.sales_order (birthday_hash)
where birthday_check = 'valid';

-- A document that names somebody to greet or invite: the customer of a sale or
-- the owner of a visit, and since when they are known by it. Who bought the car
-- later is its owner now.
create view care.addressee as
select
    'sales_order' as document_kind,
    sold.store_code,
    sold.order_no as document_no,
    sold.vin,
    sold.delivered_on as known_on,
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
select
    'repair_order' as document_kind,
    visits.store_code,
    visits.ro_no as document_no,
    visits.vin,
    visits.exit_on as known_on,
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
                from core.sales_order as later
                where
                    visits.vin = later.vin
                    and later.delivered_on > visits.exit_on
                    and later.status <> 'cancelled'
                    and not later.is_vanished
            ) then 'sold_again'
        end
    ) as problem
from care.visit_occasion as visits;
