-- When each vehicle's next service is due, worked out from core's orders and
-- the policy in force on the base day: that of the last maintenance or, where
-- none came after it, of the delivery. Due is what comes first of the two
-- dates; due_by_km_on is null where the odometer on the base day is not known.
-- daily_km_source: the vehicle's own readings, its model, or the value for
-- all; confidence is the same where the kilometres count, else the lowest.
create table care.service_due (
    vin text primary key,
    kind text not null check (kind in ('first', 'periodic')),
    store_code text not null references core.store,
    document_kind text not null check (
        document_kind in ('sales_order', 'repair_order')
    ),
    document_no text not null,
    base_on date not null,
    base_odometer_km integer,
    interval_months integer not null,
    interval_km integer not null,
    daily_km numeric not null,
    daily_km_source text not null check (
        daily_km_source in ('own', 'model', 'default')
    ),
    due_by_time_on date not null,
    due_by_km_on date,
    due_on date not null,
    reason text not null check (reason in ('time', 'km')),
    confidence text not null check (
        confidence in ('own', 'model', 'default')
    ),
    last_odometer_km integer,
    last_odometer_on date,
    policy_line text[] not null
) with (fillfactor = 85);
create index service_due_due_idx on care.service_due (store_code, due_on);

-- The policy that the rows above were worked out with: a store's values for
-- base days of a range, with the lines they come from. digest tells two sets
-- of values apart.
create table care.service_term (
    store_code text not null references core.store,
    base_from date not null,
    base_to date not null,
    first_months integer not null,
    first_km integer not null,
    first_by_model jsonb not null,
    periodic_months integer not null,
    periodic_km integer not null,
    periodic_by_model jsonb not null,
    reading_days integer not null,
    pair_days integer not null,
    pair_months integer not null,
    pairs_needed integer not null,
    pairs_counted integer not null,
    most_daily_km numeric not null,
    private_least numeric not null,
    private_most numeric not null,
    fleet_least numeric not null,
    fleet_most numeric not null,
    typical_daily_km numeric not null,
    typical_daily_km_by_model jsonb not null,
    lines jsonb not null,
    digest text not null,
    primary key (store_code, base_from)
);

-- Vehicles whose next service is to be worked out again; merge queues what it
-- touches, as for people (core.people_due).
create table care.service_due_queue (
    vin text primary key,
    queued integer not null default 1
);

insert into care.service_due_queue (vin)
select vin from core.vehicle;
