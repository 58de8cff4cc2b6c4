-- Warehouse, first version. One schema per room of the house:
--   ops        loads, completeness, policy lines, users, reports of runs
--   staging    one table per feed: canonical columns of one load
--   quality    flags, quarantine cases, stewards' decisions
--   core       current state of stores, people and orders
--   care       follow-up tasks and calendar
--   outbound   messages to CRMs, ledger of what was acknowledged, mails
--   score      KPI values, scorecards, evidence, sanction proposals
-- Contact data stands only in columns ending in _cipher (AES-GCM), with a
-- keyed hash (_hash) and a validity code (_check) beside it.

create schema ops;
create schema staging;
create schema quality;
create schema core;
create schema care;
create schema outbound;
create schema score;

-- ops ------------------------------------------------------------------

-- One row per dealer system, feed and business day; a repeated pull
-- re-uses its row.
create table ops.load (
    load_id bigint generated always as identity primary key,
    system text not null,
    feed text not null,
    business_day date not null,
    window_start timestamptz,
    window_end timestamptz,
    state text not null default 'pulling' check (
        state in ('pulling', 'pulled', 'validated', 'merged', 'failed')
    ),
    pulled bigint,
    promoted bigint,
    unchanged bigint,
    stale bigint,
    collapsed bigint,
    quarantined bigint,
    mapping_digest text,
    suite_digest text,
    failure text,
    changed_at timestamptz not null default clock_timestamp(),
    unique (system, feed, business_day)
);

-- Files already read by a file source: a file is one version of itself.
create table ops.file_read (
    system text not null,
    feed text not null,
    path text not null,
    digest text not null,
    load_id bigint not null references ops.load,
    rows bigint not null,
    primary key (system, feed, path, digest)
);

-- What each stage of each partition reported, as counts, never as rows.
create table ops.stage_report (
    stage text not null,
    partition_key text not null,
    part text not null default '',
    counts jsonb not null,
    reported_at timestamptz not null default clock_timestamp(),
    primary key (stage, partition_key, part)
);

-- A value of a policy pack from a date on. line_id:
-- <pack>/<file stem>/<value name>@<date>.
create table ops.policy_line (
    line_id text primary key,
    pack text not null,
    rule_id text not null,
    name text not null,
    unit text not null,
    value jsonb not null,
    reference text not null,
    valid_from date not null,
    is_used boolean not null default false
);

create table ops.policy_version (
    digest text primary key,
    loaded_at timestamptz not null default clock_timestamp()
);

-- What somebody may do; who somebody is, Airflow says. employee_no says which
-- scored employee a user is: nobody decides about oneself.
create table ops.user_role (
    user_name text not null,
    role text not null check (
        role in ('steward', 'hr', 'manager', 'operator', 'staff')
    ),
    store_code text not null default '*',
    valid_from date not null default date '1900-01-01',
    valid_to date,
    employee_no text,
    primary key (user_name, role, store_code, valid_from)
);

-- staging --------------------------------------------------------------
-- Every table: (load_id, row_id) names the row, source_ref says where it
-- was read (file:line or key), row_hash is a keyed hash over all values,
-- version_at orders versions of a key, unreadable holds {column: raw text}
-- of values that could not be read (never of contact columns).

create table staging.store (
    load_id bigint not null references ops.load,
    row_id bigint not null,
    source_ref text not null,
    row_hash bytea not null,
    version_at timestamptz not null,
    unreadable jsonb,
    store_code text,
    name text,
    brand text,
    region text,
    city text,
    opened_on date,
    closed_on date,
    primary key (load_id, row_id)
);

create table staging.employee (
    load_id bigint not null references ops.load,
    row_id bigint not null,
    source_ref text not null,
    row_hash bytea not null,
    version_at timestamptz not null,
    unreadable jsonb,
    employee_no text,
    name text,
    store_code text,
    role text,
    valid_from date,
    valid_to date,
    mobile_cipher bytea,
    mobile_hash bytea,
    mobile_check text,
    email_cipher bytea,
    email_hash bytea,
    email_check text,
    primary key (load_id, row_id)
);

create table staging.sales_order (
    load_id bigint not null references ops.load,
    row_id bigint not null,
    source_ref text not null,
    row_hash bytea not null,
    version_at timestamptz not null,
    unreadable jsonb,
    store_code text,
    order_no text,
    status text,
    sale_type text,
    usage text,
    signed_on date,
    invoiced_on date,
    delivered_at timestamptz,
    vin text,
    vin_check text,
    model text,
    sales_consultant_no text,
    customer_kind text,
    price numeric(14, 2),
    plate_cipher bytea,
    plate_hash bytea,
    plate_check text,
    customer_name_cipher bytea,
    customer_name_hash bytea,
    customer_name_check text,
    customer_phone_cipher bytea,
    customer_phone_hash bytea,
    customer_phone_check text,
    customer_id_no_cipher bytea,
    customer_id_no_hash bytea,
    customer_id_no_check text,
    birthday_cipher bytea,
    birthday_hash bytea,
    birthday_check text,
    primary key (load_id, row_id)
);

create table staging.repair_order (
    load_id bigint not null references ops.load,
    row_id bigint not null,
    source_ref text not null,
    row_hash bytea not null,
    version_at timestamptz not null,
    unreadable jsonb,
    store_code text,
    ro_no text,
    settlement_no text,
    previous_settlement_no text,
    ro_type text,
    repair_type text,
    status text,
    is_reversed boolean,
    opened_at timestamptz,
    completed_at timestamptz,
    settled_at timestamptz,
    delivered_at timestamptz,
    odometer_in_km integer,
    odometer_out_km integer,
    is_odometer_replaced boolean,
    vin text,
    vin_check text,
    model text,
    service_advisor_no text,
    technician_no text,
    owner_kind text,
    amount numeric(14, 2),
    plate_cipher bytea,
    plate_hash bytea,
    plate_check text,
    deliverer_name_cipher bytea,
    deliverer_name_hash bytea,
    deliverer_name_check text,
    deliverer_phone_cipher bytea,
    deliverer_phone_hash bytea,
    deliverer_phone_check text,
    owner_name_cipher bytea,
    owner_name_hash bytea,
    owner_name_check text,
    owner_phone_cipher bytea,
    owner_phone_hash bytea,
    owner_phone_check text,
    primary key (load_id, row_id)
);

create table staging.call_result (
    load_id bigint not null references ops.load,
    row_id bigint not null,
    source_ref text not null,
    row_hash bytea not null,
    version_at timestamptz not null,
    unreadable jsonb,
    store_code text,
    task_key text,
    attempt_no integer,
    called_at timestamptz,
    outcome text,
    caller_no text,
    satisfaction integer,
    is_fault_cleared boolean,
    is_next_service_told boolean,
    is_complaint boolean,
    is_do_not_call boolean,
    remark_cipher bytea,
    remark_hash bytea,
    remark_check text,
    primary key (load_id, row_id)
);

create table staging.complaint (
    load_id bigint not null references ops.load,
    row_id bigint not null,
    source_ref text not null,
    row_hash bytea not null,
    version_at timestamptz not null,
    unreadable jsonb,
    store_code text,
    complaint_no text,
    task_key text,
    received_at timestamptz,
    source text,
    level text,
    owner_no text,
    verdict text,
    closed_at timestamptz,
    description_cipher bytea,
    description_hash bytea,
    description_check text,
    primary key (load_id, row_id)
);

create table staging.external_score (
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
    scale text,
    value numeric,
    primary key (load_id, row_id)
);

-- quality --------------------------------------------------------------

-- What the rules need to know of a row beside its own columns, and which
-- version of its key it is. Validation fills and empties it per load.
create unlogged table quality.row_fact (
    load_id bigint not null,
    row_id bigint not null,
    business_key text not null,
    is_key_complete boolean not null,
    row_hash bytea not null,
    version_at timestamptz not null,
    version_state text not null default 'newest' check (
        version_state in ('newest', 'stale', 'collapsed')
    ),
    is_conflicting boolean not null default false,
    -- core can hold the row: its required columns are there
    is_complete boolean not null,
    is_store_known boolean not null default true,
    has_pack boolean not null default true,
    is_task_known boolean not null default true,
    business_day_end timestamptz not null,
    event_start_at timestamptz,
    delivered_on date,
    delivered_latest_at timestamptz,
    last_odometer_km integer,
    km_per_day numeric,
    primary key (load_id, row_id)
);

-- Rows that go on: validate fills it for its load, merge reads it. Held,
-- collapsed and stale rows are not here; released and waived ones are.
create table quality.good_row (
    load_id bigint not null references ops.load,
    row_id bigint not null,
    primary key (load_id, row_id)
);

-- A rule that a row broke. shown_value is JSON of the
-- columns that the rule looks at, masked.
create table quality.flag (
    load_id bigint not null references ops.load,
    row_id bigint not null,
    rule_id text not null,
    severity text not null check (
        severity in ('critical', 'warning', 'info')
    ),
    field text,
    shown_value text,
    primary key (load_id, row_id, rule_id)
);

-- One row per load and rule: our count beside the count of GX.
create table quality.rule_count (
    load_id bigint not null references ops.load,
    rule_id text not null,
    severity text not null,
    flagged bigint not null,
    gx_unexpected bigint,
    rows bigint not null,
    max_share numeric(7, 6),
    is_within_limit boolean not null,
    primary key (load_id, rule_id)
);

-- A held row: one open case per business key and version of the row.
create table quality.quarantine (
    case_id bigint generated always as identity primary key,
    system text not null,
    feed text not null,
    store_code text,
    business_key text not null,
    row_hash bytea not null,
    load_id bigint not null references ops.load,
    row_id bigint not null,
    source_ref text not null,
    source_row jsonb not null,
    rule_ids text[] not null,
    is_releasable boolean not null,
    state text not null default 'open' check (
        state in ('open', 'released', 'waived', 'resent')
    ),
    owner text,
    first_day date not null,
    last_day date not null,
    closed_day date,
    unique (system, feed, business_key, row_hash)
);
create index quarantine_open_idx
on quality.quarantine (state, feed, store_code);
create index quarantine_load_idx on quality.quarantine (load_id, row_id);

-- Stewards' decisions, append-only. A waiver names one rule or '*'.
create table quality.decision (
    decision_id bigint generated always as identity primary key,
    case_id bigint not null references quality.quarantine,
    action text not null check (action in ('release', 'waive', 'reopen')),
    rule_id text not null default '*',
    reason_code text not null,
    comment text,
    decided_by text not null,
    decided_at timestamptz not null default clock_timestamp(),
    expires_on date
);
create index quality_decision_case_idx
on quality.decision (case_id, decision_id);

-- Up to which day stewards let a case through: null where a rule of it is
-- not covered by a decision since the case was last reopened.
create view quality.standing as
with since as (
    select
        decision.*,
        max(decision.decision_id)
            filter (where decision.action = 'reopen')
            over (partition by decision.case_id)
            as reopened_by
    from quality.decision as decision
),

standing as (
    select *
    from since
    where decision_id > coalesce(reopened_by, 0)
),

rules as (
    select
        held.case_id,
        broken.rule_id,
        max(standing.decision_id) as decision_id,
        max(coalesce(standing.expires_on, date 'infinity'))
            filter (where standing.decision_id is not null)
            as free_until,
        bool_or(standing.action = 'release') as is_released
    from quality.quarantine as held
    cross join lateral unnest(held.rule_ids) as broken (rule_id)
    left join standing
        on
            held.case_id = standing.case_id
            and (
                standing.action = 'release'
                or standing.rule_id in ('*', broken.rule_id)
            )
    group by held.case_id, broken.rule_id
)

select
    case_id,
    max(decision_id) as decision_id,
    case when bool_and(free_until is not null) then min(free_until) end
        as free_until,
    case when bool_or(is_released) then 'released' else 'waived' end as state
from rules
group by case_id;

-- Rows of all staging tables as JSON; ask for load and row.
create view quality.staged_row as
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
from staging.external_score;

-- core -----------------------------------------------------------------
-- version_at and version_day order versions: an older one never wins.

create table core.store (
    store_code text primary key,
    system text not null,
    name text not null,
    brand text not null,
    region text,
    city text,
    opened_on date,
    closed_on date,
    row_hash bytea not null,
    version_at timestamptz not null,
    version_day date not null,
    load_id bigint not null references ops.load
);

create table core.employee (
    employee_no text primary key,
    name text not null,
    mobile_cipher bytea,
    mobile_hash bytea,
    mobile_check text,
    email_cipher bytea,
    email_hash bytea,
    email_check text
);

-- Dated assignments, so that a backfill credits the store of that day.
create table core.assignment (
    employee_no text not null references core.employee,
    store_code text not null references core.store,
    role text not null,
    valid_from date not null,
    valid_to date,
    row_hash bytea not null,
    version_at timestamptz not null,
    version_day date not null,
    load_id bigint not null references ops.load,
    primary key (employee_no, store_code, role, valid_from)
);
create index assignment_store_idx on core.assignment (store_code, role);

create table core.sales_order (
    store_code text not null references core.store,
    order_no text not null,
    status text not null,
    sale_type text,
    usage text,
    signed_on date,
    invoiced_on date,
    delivered_at timestamptz,
    delivered_on date,
    vin text not null,
    model text,
    sales_consultant_no text,
    customer_kind text,
    price numeric(14, 2),
    plate_cipher bytea,
    plate_hash bytea,
    plate_check text,
    customer_name_cipher bytea,
    customer_name_hash bytea,
    customer_name_check text,
    customer_phone_cipher bytea,
    customer_phone_hash bytea,
    customer_phone_check text,
    customer_id_no_cipher bytea,
    customer_id_no_hash bytea,
    customer_id_no_check text,
    birthday_cipher bytea,
    birthday_hash bytea,
    birthday_check text,
    row_hash bytea not null,
    version_at timestamptz not null,
    version_day date not null,
    load_id bigint not null references ops.load,
    row_id bigint not null,
    primary key (store_code, order_no)
) with (fillfactor = 85);
create index sales_order_delivered_idx
on core.sales_order (store_code, delivered_on);
create index sales_order_vin_idx on core.sales_order (vin);

create table core.repair_order (
    store_code text not null references core.store,
    ro_no text not null,
    settlement_no text,
    previous_settlement_no text,
    ro_type text not null,
    repair_type text,
    status text not null,
    is_reversed boolean not null default false,
    opened_at timestamptz not null,
    completed_at timestamptz,
    settled_at timestamptz,
    delivered_at timestamptz,
    exit_on date,
    odometer_in_km integer,
    odometer_out_km integer,
    is_odometer_replaced boolean,
    vin text not null,
    model text,
    service_advisor_no text,
    technician_no text,
    owner_kind text,
    amount numeric(14, 2),
    plate_cipher bytea,
    plate_hash bytea,
    plate_check text,
    deliverer_name_cipher bytea,
    deliverer_name_hash bytea,
    deliverer_name_check text,
    deliverer_phone_cipher bytea,
    deliverer_phone_hash bytea,
    deliverer_phone_check text,
    owner_name_cipher bytea,
    owner_name_hash bytea,
    owner_name_check text,
    owner_phone_cipher bytea,
    owner_phone_hash bytea,
    owner_phone_check text,
    row_hash bytea not null,
    version_at timestamptz not null,
    version_day date not null,
    load_id bigint not null references ops.load,
    row_id bigint not null,
    primary key (store_code, ro_no)
) with (fillfactor = 85);
create index repair_order_exit_idx on core.repair_order (store_code, exit_on);
create index repair_order_vin_idx
on core.repair_order (vin, opened_at) include (odometer_in_km, odometer_out_km);

-- What the night needs to know of a vehicle, derived from its orders; only
-- touched ones change.
create table core.vehicle (
    vin text primary key,
    model text,
    delivered_on date,
    last_visit_on date,
    last_store_code text,
    last_odometer_km integer,
    last_odometer_on date
);

create table core.call_result (
    store_code text not null references core.store,
    task_key text not null,
    attempt_no integer not null,
    called_at timestamptz not null,
    called_on date not null,
    outcome text not null,
    caller_no text,
    satisfaction integer,
    is_fault_cleared boolean,
    is_next_service_told boolean,
    is_complaint boolean not null default false,
    is_do_not_call boolean not null default false,
    remark_cipher bytea,
    remark_hash bytea,
    remark_check text,
    row_hash bytea not null,
    version_at timestamptz not null,
    version_day date not null,
    load_id bigint not null references ops.load,
    primary key (task_key, attempt_no)
);
create index call_result_store_idx on core.call_result (store_code, called_on);
create index call_result_do_not_call_idx on core.call_result (task_key)
where is_do_not_call;

create table core.complaint (
    store_code text not null references core.store,
    complaint_no text not null,
    task_key text,
    received_at timestamptz not null,
    received_on date not null,
    source text,
    level text,
    owner_no text,
    verdict text,
    closed_at timestamptz,
    description_cipher bytea,
    description_hash bytea,
    description_check text,
    row_hash bytea not null,
    version_at timestamptz not null,
    version_day date not null,
    load_id bigint not null references ops.load,
    primary key (store_code, complaint_no)
);

-- Scores given by others (factory, agency), with the scale they declare.
-- employee_no is '' where the score is the store's.
create table core.external_score (
    store_code text not null references core.store,
    employee_no text not null default '',
    month text not null,
    metric text not null,
    scale text not null,
    value numeric not null,
    row_hash bytea not null,
    version_at timestamptz not null,
    version_day date not null,
    load_id bigint not null references ops.load,
    primary key (store_code, employee_no, month, metric)
);

-- care -----------------------------------------------------------------

-- Opening days of a calendar, with the nearest open days on both sides; on
-- an open day both are the day itself.
create table care.calendar_day (
    calendar text not null,
    day date not null,
    is_open boolean not null,
    previous_open_on date not null,
    next_open_on date not null,
    primary key (calendar, day)
);

-- A follow-up task. Its key is made of business facts; its dates are
-- versioned attributes, so a moved date moves the task. contact_digest tells
-- when the contact's name, number or plate changed. made_day is the first
-- night that could have made it, listed_day the night that put it on the
-- list, for the first time or again.
create table care.follow_up_task (
    task_key text primary key,
    store_code text not null references core.store,
    rule_id text not null,
    pack text not null,
    document_kind text not null check (
        document_kind in ('sales_order', 'repair_order')
    ),
    document_no text not null,
    occurrence integer not null default 1,
    vin text not null,
    event_on date not null,
    open_on date not null,
    due_on date not null,
    deadline_on date not null,
    expires_on date not null,
    contact_kind text not null check (
        contact_kind in ('customer', 'deliverer', 'owner')
    ),
    contact_check text,
    contact_digest bytea,
    owner_role text not null,
    owner_no text,
    channel text not null,
    script_id text not null,
    script_version text not null,
    priority integer not null default 3,
    status text not null check (
        status in ('open', 'held', 'postponed', 'missed', 'withdrawn', 'done')
    ),
    status_reason text,
    late_reason text,
    policy_line text not null references ops.policy_line,
    policy_digest text not null references ops.policy_version,
    version integer not null default 1,
    made_day date not null,
    listed_day date not null,
    changed_day date not null,
    unique (store_code, rule_id, document_no, occurrence)
) with (fillfactor = 85);
create index follow_up_task_open_idx
on care.follow_up_task (store_code, expires_on)
where status in ('open', 'held', 'postponed');
create index follow_up_task_due_idx on care.follow_up_task (due_on, store_code);
create index follow_up_task_document_idx
on care.follow_up_task (store_code, document_no);

-- outbound -------------------------------------------------------------

-- One intended change in a target. No payload: what is sent is rendered
-- from care and core at the time of sending.
create table outbound.message (
    message_id bigint generated always as identity primary key,
    target text not null,
    entity text not null check (entity in ('contact', 'task')),
    external_key text not null,
    version integer not null,
    action text not null check (action in ('upsert', 'withdraw')),
    store_code text not null,
    task_key text not null references care.follow_up_task,
    work_day date not null,
    state text not null default 'pending' check (
        state in (
            'pending', 'sending', 'sent', 'unchanged', 'retry', 'unknown',
            'rejected', 'dead', 'superseded', 'expired'
        )
    ),
    reason text,
    attempts integer not null default 0,
    claimed_by text,
    claimed_at timestamptz,
    made_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    unique (target, entity, external_key, version, action)
);
create index message_claim_idx
on outbound.message (target, entity, external_key, version)
where state in ('pending', 'sending', 'retry', 'unknown');
-- One message in flight per key, whatever two senders decide at once.
create unique index message_in_flight_idx
on outbound.message (target, entity, external_key)
where state = 'sending';

-- What a target last acknowledged.
create table outbound.ledger (
    target text not null,
    entity text not null,
    external_key text not null,
    crm_id text,
    acknowledged_hash bytea not null,
    acknowledged_version integer not null,
    is_withdrawn boolean not null default false,
    acknowledged_at timestamptz not null default clock_timestamp(),
    primary key (target, entity, external_key)
);

-- Cursor of what was read back from a target.
create table outbound.read_cursor (
    target text primary key,
    cursor text not null,
    changed_at timestamptz not null default clock_timestamp()
);

-- Each report reaches each recipient once.
create table outbound.mail (
    mail_id bigint generated always as identity primary key,
    report_key text not null,
    recipient_role text not null,
    recipient_hash bytea not null,
    recipient_masked text not null,
    language text not null,
    state text not null default 'planned' check (
        state in (
            'planned', 'sending', 'sent', 'retry', 'failed', 'unknown',
            'suppressed'
        )
    ),
    reason text,
    content_digest text,
    message_id text,
    attempts integer not null default 0,
    changed_at timestamptz not null default clock_timestamp(),
    unique (report_key, recipient_hash)
);

-- score ----------------------------------------------------------------

create table score.month (
    month text primary key check (month ~ '^\d{4}-\d{2}$'),
    state text not null check (state in ('provisional', 'closed')),
    policy_digest text not null references ops.policy_version,
    changed_at timestamptz not null default clock_timestamp()
);

create table score.scorecard (
    scorecard_id text primary key,
    month text not null references score.month,
    role text not null,
    store_code text not null references core.store,
    employee_no text not null references core.employee,
    is_trial boolean not null,
    unique (month, role, store_code, employee_no)
);

-- A figure with all that explains it. value, coefficient and points are
-- null where they are unknown, never 0.
create table score.scorecard_line (
    scorecard_id text not null references score.scorecard,
    kpi_id text not null,
    rule_id text not null,
    numerator numeric,
    denominator numeric,
    excluded numeric,
    value numeric,
    unit text not null,
    target numeric,
    is_target_met boolean,
    band text,
    coefficient numeric,
    points numeric,
    weight numeric,
    note text,
    policy_line text not null references ops.policy_line,
    primary key (scorecard_id, kpi_id)
);

-- The rows behind a line.
create table score.evidence (
    scorecard_id text not null,
    kpi_id text not null,
    row_kind text not null,
    row_key text not null,
    is_numerator boolean not null,
    is_excluded boolean not null default false,
    reason text,
    primary key (scorecard_id, kpi_id, row_kind, row_key),
    foreign key (scorecard_id, kpi_id) references score.scorecard_line
);

create table score.sanction_proposal (
    proposal_id text primary key,
    month text not null references score.month,
    employee_no text not null references core.employee,
    store_code text not null references core.store,
    step text not null check (step in ('oral_warning', 'written_criticism')),
    rule_id text not null,
    reason text not null,
    correct_by date not null,
    policy_line text not null references ops.policy_line,
    scorecard_id text not null references score.scorecard
);

create table score.proposal_evidence (
    proposal_id text not null references score.sanction_proposal,
    row_kind text not null,
    row_key text not null,
    primary key (proposal_id, row_kind, row_key)
);

-- Decisions per line, append-only; the newest counts.
create table score.decision (
    decision_id bigint generated always as identity primary key,
    proposal_id text not null references score.sanction_proposal,
    decision text not null check (decision in ('approve', 'reject')),
    comment text,
    decided_by text not null,
    decided_at timestamptz not null default clock_timestamp()
);
create index decision_proposal_idx on score.decision (proposal_id);

create table score.publication (
    month text primary key references score.month,
    approved_by text not null,
    published_at timestamptz not null default clock_timestamp()
);
