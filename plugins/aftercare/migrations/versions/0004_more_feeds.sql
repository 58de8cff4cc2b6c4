-- Feeds of what customers have, plan and said beside their orders: insurance
-- policies, leads, bookings, consents, preferences, referrals. Each has its
-- staging and its core table, as the feeds of the first house.

-- staging --------------------------------------------------------------

create table staging.insurance_policy (
    load_id bigint not null references ops.load,
    row_id bigint not null,
    source_ref text not null,
    row_hash bytea not null,
    version_at timestamptz not null,
    unreadable jsonb,
    store_code text,
    policy_no text,
    kind text,
    status text,
    starts_on date,
    ends_on date,
    previous_policy_no text,
    vin text,
    vin_check text,
    insurer text,
    is_new_car boolean,
    sold_by_no text,
    premium numeric(14, 2),
    holder_name_cipher bytea,
    holder_name_hash bytea,
    holder_name_check text,
    holder_phone_cipher bytea,
    holder_phone_hash bytea,
    holder_phone_check text,
    primary key (load_id, row_id)
);

create table staging.lead (
    load_id bigint not null references ops.load,
    row_id bigint not null,
    source_ref text not null,
    row_hash bytea not null,
    version_at timestamptz not null,
    unreadable jsonb,
    store_code text,
    lead_no text,
    status text,
    created_on date,
    defeated_on date,
    defeat_reason text,
    source text,
    model text,
    consultant_no text,
    customer_name_cipher bytea,
    customer_name_hash bytea,
    customer_name_check text,
    customer_phone_cipher bytea,
    customer_phone_hash bytea,
    customer_phone_check text,
    primary key (load_id, row_id)
);

create table staging.booking (
    load_id bigint not null references ops.load,
    row_id bigint not null,
    source_ref text not null,
    row_hash bytea not null,
    version_at timestamptz not null,
    unreadable jsonb,
    store_code text,
    booking_no text,
    kind text,
    status text,
    made_at timestamptz,
    booked_for timestamptz,
    vin text,
    vin_check text,
    primary key (load_id, row_id)
);

create table staging.consent (
    load_id bigint not null references ops.load,
    row_id bigint not null,
    source_ref text not null,
    row_hash bytea not null,
    version_at timestamptz not null,
    unreadable jsonb,
    store_code text,
    consent_no text,
    purpose text,
    state text,
    said_on date,
    channel text,
    vin text,
    vin_check text,
    customer_name_cipher bytea,
    customer_name_hash bytea,
    customer_name_check text,
    customer_phone_cipher bytea,
    customer_phone_hash bytea,
    customer_phone_check text,
    primary key (load_id, row_id)
);

create table staging.preference (
    load_id bigint not null references ops.load,
    row_id bigint not null,
    source_ref text not null,
    row_hash bytea not null,
    version_at timestamptz not null,
    unreadable jsonb,
    store_code text,
    preference_no text,
    kind text,
    preferred_channel text,
    preferred_slot text,
    stopped_contact text,
    about text,
    valid_from date,
    valid_until date,
    service_on date,
    reason_cipher bytea,
    reason_hash bytea,
    reason_check text,
    vin text,
    vin_check text,
    customer_name_cipher bytea,
    customer_name_hash bytea,
    customer_name_check text,
    customer_phone_cipher bytea,
    customer_phone_hash bytea,
    customer_phone_check text,
    primary key (load_id, row_id)
);

create table staging.referral (
    load_id bigint not null references ops.load,
    row_id bigint not null,
    source_ref text not null,
    row_hash bytea not null,
    version_at timestamptz not null,
    unreadable jsonb,
    store_code text,
    referral_no text,
    referred_on date,
    new_order_no text,
    vin text,
    vin_check text,
    referrer_name_cipher bytea,
    referrer_name_hash bytea,
    referrer_name_check text,
    referrer_phone_cipher bytea,
    referrer_phone_hash bytea,
    referrer_phone_check text,
    primary key (load_id, row_id)
);

-- Rows of all staging tables as JSON; ask for load and row.
create or replace view quality.staged_row as
select
    load_id,
    row_id,
    source_ref,
    store_code,
    to_jsonb(store) as source_row
from staging.store
union all
select
    load_id,
    row_id,
    source_ref,
    store_code,
    to_jsonb(employee) as source_row
from staging.employee
union all
select
    load_id,
    row_id,
    source_ref,
    store_code,
    to_jsonb(sales_order) as source_row
from staging.sales_order
union all
select
    load_id,
    row_id,
    source_ref,
    store_code,
    to_jsonb(repair_order) as source_row
from staging.repair_order
union all
select
    load_id,
    row_id,
    source_ref,
    store_code,
    to_jsonb(call_result) as source_row
from staging.call_result
union all
select
    load_id,
    row_id,
    source_ref,
    store_code,
    to_jsonb(complaint) as source_row
from staging.complaint
union all
select
    load_id,
    row_id,
    source_ref,
    store_code,
    to_jsonb(external_score) as source_row
from staging.external_score
union all
select
    load_id,
    row_id,
    source_ref,
    store_code,
    to_jsonb(insurance_policy) as source_row
from staging.insurance_policy
union all
select
    load_id,
    row_id,
    source_ref,
    store_code,
    to_jsonb(lead) as source_row
from staging.lead
union all
select
    load_id,
    row_id,
    source_ref,
    store_code,
    to_jsonb(booking) as source_row
from staging.booking
union all
select
    load_id,
    row_id,
    source_ref,
    store_code,
    to_jsonb(consent) as source_row
from staging.consent
union all
select
    load_id,
    row_id,
    source_ref,
    store_code,
    to_jsonb(preference) as source_row
from staging.preference
union all
select
    load_id,
    row_id,
    source_ref,
    store_code,
    to_jsonb(referral) as source_row
from staging.referral;

-- core -----------------------------------------------------------------

-- A renewal is a later policy of the same vehicle and kind, whoever sold it.
create table core.insurance_policy (
    store_code text not null references core.store,
    policy_no text not null,
    kind text not null,
    status text not null,
    starts_on date not null,
    ends_on date not null,
    previous_policy_no text,
    vin text not null,
    insurer text,
    is_new_car boolean,
    sold_by_no text,
    premium numeric(14, 2),
    holder_name_cipher bytea,
    holder_name_hash bytea,
    holder_name_check text,
    holder_phone_cipher bytea,
    holder_phone_hash bytea,
    holder_phone_check text,
    row_hash bytea not null,
    version_at timestamptz not null,
    version_day date not null,
    load_id bigint not null references ops.load,
    vanished_day date,
    is_vanished boolean generated always as (
        coalesce(vanished_day >= version_day, false)
    ) virtual,
    primary key (store_code, policy_no)
);
create index insurance_policy_ends_idx
on core.insurance_policy (store_code, ends_on);
create index insurance_policy_vin_idx on core.insurance_policy (vin);

-- A customer who has not bought yet; nobody knows the vehicle.
create table core.lead (
    store_code text not null references core.store,
    lead_no text not null,
    status text not null,
    created_on date not null,
    defeated_on date,
    defeat_reason text,
    source text,
    model text,
    consultant_no text,
    customer_name_cipher bytea,
    customer_name_hash bytea,
    customer_name_check text,
    customer_phone_cipher bytea,
    customer_phone_hash bytea,
    customer_phone_check text,
    row_hash bytea not null,
    version_at timestamptz not null,
    version_day date not null,
    load_id bigint not null references ops.load,
    vanished_day date,
    is_vanished boolean generated always as (
        coalesce(vanished_day >= version_day, false)
    ) virtual,
    primary key (store_code, lead_no)
);
create index lead_defeated_idx on core.lead (store_code, defeated_on)
where defeated_on is not null;

-- A visit to the workshop that was agreed on.
create table core.booking (
    store_code text not null references core.store,
    booking_no text not null,
    kind text,
    status text not null,
    made_at timestamptz,
    booked_for timestamptz not null,
    booked_on date not null,
    vin text not null,
    row_hash bytea not null,
    version_at timestamptz not null,
    version_day date not null,
    load_id bigint not null references ops.load,
    vanished_day date,
    is_vanished boolean generated always as (
        coalesce(vanished_day >= version_day, false)
    ) virtual,
    primary key (store_code, booking_no)
);
create index booking_vin_idx on core.booking (vin);

-- What a customer said to messages of a purpose; of one person or vehicle the
-- newest word counts. A word is not unsaid by deleting its row.
create table core.consent (
    store_code text not null references core.store,
    consent_no text not null,
    purpose text not null,
    state text not null,
    said_on date not null,
    channel text,
    vin text,
    customer_name_cipher bytea,
    customer_name_hash bytea,
    customer_name_check text,
    customer_phone_cipher bytea,
    customer_phone_hash bytea,
    customer_phone_check text,
    row_hash bytea not null,
    version_at timestamptz not null,
    version_day date not null,
    load_id bigint not null references ops.load,
    primary key (store_code, consent_no)
);
create index consent_vin_idx on core.consent (vin) where vin is not null;
create index consent_phone_idx on core.consent (customer_phone_hash)
where customer_phone_hash is not null;

-- How, about what and until when a customer wants to hear from us; an empty
-- about is everything. The reason is free text and protected like contact data.
create table core.preference (
    store_code text not null references core.store,
    preference_no text not null,
    kind text not null,
    preferred_channel text,
    preferred_slot text,
    stopped_contact text,
    about text,
    valid_from date not null,
    valid_until date,
    service_on date,
    reason_cipher bytea,
    reason_hash bytea,
    reason_check text,
    vin text,
    customer_name_cipher bytea,
    customer_name_hash bytea,
    customer_name_check text,
    customer_phone_cipher bytea,
    customer_phone_hash bytea,
    customer_phone_check text,
    row_hash bytea not null,
    version_at timestamptz not null,
    version_day date not null,
    load_id bigint not null references ops.load,
    primary key (store_code, preference_no)
);
create index preference_vin_idx on core.preference (vin)
where vin is not null;
create index preference_phone_idx on core.preference (customer_phone_hash)
where customer_phone_hash is not null;

-- Who brought a new customer. The vehicle is that of the one who refers.
create table core.referral (
    store_code text not null references core.store,
    referral_no text not null,
    referred_on date not null,
    new_order_no text,
    vin text,
    referrer_name_cipher bytea,
    referrer_name_hash bytea,
    referrer_name_check text,
    referrer_phone_cipher bytea,
    referrer_phone_hash bytea,
    referrer_phone_check text,
    row_hash bytea not null,
    version_at timestamptz not null,
    version_day date not null,
    load_id bigint not null references ops.load,
    primary key (store_code, referral_no)
);
create index referral_vin_idx on core.referral (vin) where vin is not null;
