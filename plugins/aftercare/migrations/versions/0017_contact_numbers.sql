-- Numbers that staff put right in a CRM, as they come back.
create table staging.contact_number (
    load_id bigint not null references ops.load,
    row_id bigint not null,
    source_ref text not null,
    row_hash bytea not null,
    version_at timestamptz not null,
    unreadable jsonb,
    store_code text,
    subject text,
    said_at timestamptz,
    phone_cipher bytea,
    phone_hash bytea,
    phone_check text,
    replaced_phone_cipher bytea,
    replaced_phone_hash bytea,
    replaced_phone_check text,
    primary key (load_id, row_id)
);

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
from staging.referral
union all
select
    load_id,
    row_id,
    source_ref,
    store_code,
    to_jsonb(contact_number) as source_row
from staging.contact_number;

-- The number of a vehicle's customer, or of a lead, that holds in its store
-- wherever a document gives the replaced one; a document that gives a third one
-- knows better.
create table core.contact_number (
    store_code text not null references core.store,
    subject text not null,
    said_at timestamptz not null,
    said_on date not null,
    phone_cipher bytea not null,
    phone_hash bytea not null,
    phone_check text not null,
    replaced_phone_cipher bytea not null,
    replaced_phone_hash bytea not null,
    replaced_phone_check text not null,
    row_hash bytea not null,
    version_at timestamptz not null,
    version_day date not null,
    load_id bigint not null references ops.load,
    primary key (store_code, subject)
);

-- The number under which a target last took a contact: by it is seen that
-- staff put another one in its place.
alter table outbound.ledger
add column phone_cipher bytea;

-- Which record of a task it is: what staff finished is followed by another.
alter table outbound.ledger
add column record_no integer not null default 1;

-- A target may tell several feeds, each with a cursor of its own.
alter table outbound.read_cursor
add column feed text not null default 'call_result';

alter table outbound.read_cursor
alter column feed drop default;

alter table outbound.read_cursor
drop constraint read_cursor_pkey;

alter table outbound.read_cursor
add primary key (target, feed);
