-- What a supervisor's points need and no dealer system counts: plans, points
-- that a person gave, and the region's ranking. They come by file.
create table staging.target (
    load_id bigint not null references ops.load,
    row_id bigint not null,
    source_ref text not null,
    row_hash bytea not null,
    version_at timestamptz not null,
    unreadable jsonb,
    store_code text,
    employee_no text,
    month text,
    metric text,
    value numeric,
    primary key (load_id, row_id)
);

create table staging.rating (
    load_id bigint not null references ops.load,
    row_id bigint not null,
    source_ref text not null,
    row_hash bytea not null,
    version_at timestamptz not null,
    unreadable jsonb,
    store_code text,
    employee_no text,
    month text,
    item text,
    value numeric,
    rater_no text,
    reason_cipher bytea,
    reason_hash bytea,
    reason_check text,
    primary key (load_id, row_id)
);

create table staging.regional_rank (
    load_id bigint not null references ops.load,
    row_id bigint not null,
    source_ref text not null,
    row_hash bytea not null,
    version_at timestamptz not null,
    unreadable jsonb,
    store_code text,
    month text,
    metric text,
    rank_no integer,
    ranked integer,
    region text,
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
from staging.contact_number
union all
select
    load_id,
    row_id,
    source_ref,
    store_code,
    to_jsonb(target) as source_row
from staging.target
union all
select
    load_id,
    row_id,
    source_ref,
    store_code,
    to_jsonb(rating) as source_row
from staging.rating
union all
select
    load_id,
    row_id,
    source_ref,
    store_code,
    to_jsonb(regional_rank) as source_row
from staging.regional_rank;

-- What a month was planned to bring, in pieces. employee_no is '' where the
-- plan is the store's.
create table core.target (
    store_code text not null references core.store,
    employee_no text not null default '',
    month text not null,
    metric text not null,
    value numeric not null,
    row_hash bytea not null,
    version_at timestamptz not null,
    version_day date not null,
    load_id bigint not null references ops.load,
    primary key (store_code, employee_no, month, metric)
);

-- Points that rater_no gave employee_no, and why. The reason is free text and
-- protected like contact data.
create table core.rating (
    store_code text not null references core.store,
    employee_no text not null,
    month text not null,
    item text not null,
    value numeric not null,
    rater_no text not null,
    reason_cipher bytea not null,
    reason_hash bytea not null,
    reason_check text not null,
    row_hash bytea not null,
    version_at timestamptz not null,
    version_day date not null,
    load_id bigint not null references ops.load,
    primary key (store_code, employee_no, month, item)
);

-- A store's place among those of its region; a shared place is the better one.
create table core.regional_rank (
    store_code text not null references core.store,
    month text not null,
    metric text not null,
    rank_no integer not null,
    ranked integer not null,
    region text,
    row_hash bytea not null,
    version_at timestamptz not null,
    version_day date not null,
    load_id bigint not null references ops.load,
    primary key (store_code, month, metric)
);
