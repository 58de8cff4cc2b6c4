-- Stores that the rows of a load may name: those in core, and those that came
-- in with the same business day; ask for the load.
create view quality.known_store as
select
    loads.load_id,
    stores.store_code
from ops.load as loads
cross join core.store as stores
union
select
    loads.load_id,
    stores.store_code
from ops.load as loads
inner join ops.load as same_day on loads.business_day = same_day.business_day
inner join quality.good_row as good on same_day.load_id = good.load_id
inner join staging.store as stores
    on
        good.load_id = stores.load_id
        and good.row_id = stores.row_id;

-- Files whose content is known by size and time of writing, so that a night
-- does not open all of a folder that is never emptied. looked_at is before
-- anybody looked: the beginning of the transaction.
create table ops.file_trace (
    system text not null,
    feed text not null,
    path text not null,
    size bigint not null,
    written_at timestamptz not null,
    digest text not null,
    looked_at timestamptz not null default transaction_timestamp(),
    primary key (system, feed, path)
);

-- keys -----------------------------------------------------------------
-- The keys that contact data was protected with. A fingerprint tells a key
-- from any other of its number. One key of each kind writes; finished_at says
-- since when nothing is left that was written with an earlier one. A retired
-- key opens nothing any more. Hashing keys never retire: each hashes what the
-- one before it gave.
create table ops.protection_key (
    kind text not null check (kind in ('encryption', 'hashing')),
    key_id smallint not null check (key_id between 1 and 255),
    fingerprint bytea not null,
    state text not null check (state in ('writing', 'reading', 'retired')),
    begun_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    primary key (kind, key_id)
);
create unique index protection_key_writing_idx on ops.protection_key (kind)
where state = 'writing';

-- sweeps ---------------------------------------------------------------
-- A cursor never sees deletions, so once a week the keys of what changed
-- lately are compared. A sweep of a day says what the system held after that
-- day; the newest one counts.
create table ops.sweep (
    sweep_id bigint generated always as identity primary key,
    system text not null,
    feed text not null,
    business_day date not null,
    state text not null default 'reading' check (
        state in ('reading', 'done', 'failed')
    ),
    changed_since timestamptz,
    keys bigint,
    judged bigint,
    vanished bigint,
    returned bigint,
    failure text,
    started_at timestamptz not null default clock_timestamp(),
    unique (system, feed, business_day)
);

-- The keys that a sweep read, until the next sweep of its feed: loads that are
-- merged late are judged by them, so they outlive a crash.
create table staging.swept_key (
    sweep_id bigint not null,
    store_code text not null,
    document_no text not null
);

-- What became known by a sweep: documents that are gone, or there again.
create table ops.sweep_finding (
    sweep_id bigint not null references ops.sweep,
    store_code text not null,
    document_no text not null,
    is_gone boolean not null,
    primary key (sweep_id, store_code, document_no)
);

-- A document is vanished while no load of a later day has read it again.
alter table core.sales_order
add column vanished_day date,
add column is_vanished boolean generated always as (
    coalesce(vanished_day >= version_day, false)
) virtual;

alter table core.repair_order
add column vanished_day date,
add column is_vanished boolean generated always as (
    coalesce(vanished_day >= version_day, false)
) virtual;

alter table core.complaint
add column vanished_day date,
add column is_vanished boolean generated always as (
    coalesce(vanished_day >= version_day, false)
) virtual;

create index sales_order_version_idx on core.sales_order
using brin (version_at);
create index repair_order_version_idx on core.repair_order
using brin (version_at);

-- people ---------------------------------------------------------------
-- Customers are known at group level. All of it is worked out from core's
-- orders and people's decisions; customer ids are names of documents, so
-- that they outlive changed phones and rotated hash keys.

-- Whom each order names in which role, with what speaks for who it is: only
-- usable numbers count, and of a company nothing but its name. A pre-delivery
-- order is brought by the store itself. contact_kinds: the contacts of tasks
-- that this role is.
create view core.document_role as
select
    store_code,
    'sales_order' as document_kind,
    order_no as document_no,
    'customer' as role,
    vin,
    case customer_kind when 'company' then 'company' else 'person' end as kind,
    customer_name_hash as name_hash,
    case
        when
            coalesce(customer_kind, '') <> 'company'
            and customer_phone_check = 'valid'
            then customer_phone_hash
    end as phone_hash,
    case
        when
            coalesce(customer_kind, '') <> 'company'
            and customer_id_no_check = 'valid'
            then customer_id_no_hash
    end as id_no_hash,
    coalesce(signed_on, invoiced_on, delivered_on) as seen_on,
    cast(null as timestamptz) as seen_at,
    customer_name_cipher as name_cipher,
    customer_phone_cipher as phone_cipher,
    array['customer', 'owner', 'deliverer'] as contact_kinds
from core.sales_order
where
    status <> 'cancelled'
    and not is_vanished
    and customer_name_hash is not null
union all
select
    store_code,
    'repair_order' as document_kind,
    ro_no as document_no,
    'owner' as role,
    vin,
    case owner_kind when 'company' then 'company' else 'person' end as kind,
    owner_name_hash as name_hash,
    case
        when
            coalesce(owner_kind, '') <> 'company'
            and owner_phone_check = 'valid'
            then owner_phone_hash
    end as phone_hash,
    cast(null as bytea) as id_no_hash,
    cast(null as date) as seen_on,
    opened_at as seen_at,
    owner_name_cipher as name_cipher,
    owner_phone_cipher as phone_cipher,
    array['owner'] as contact_kinds
from core.repair_order
where
    status <> 'cancelled'
    and not is_vanished
    and ro_type <> 'pre_delivery'
    and owner_name_hash is not null
union all
-- Where a company's name was typed in for its driver, nobody is known.
select
    store_code,
    'repair_order' as document_kind,
    ro_no as document_no,
    'deliverer' as role,
    vin,
    case
        when owner_kind = 'company' and deliverer_name_hash = owner_name_hash
            then 'company'
        else 'person'
    end as kind,
    deliverer_name_hash as name_hash,
    case
        when owner_kind = 'company' and deliverer_name_hash = owner_name_hash
            then null
        when deliverer_phone_check = 'valid' then deliverer_phone_hash
    end as phone_hash,
    cast(null as bytea) as id_no_hash,
    cast(null as date) as seen_on,
    opened_at as seen_at,
    deliverer_name_cipher as name_cipher,
    deliverer_phone_cipher as phone_cipher,
    array['customer', 'deliverer'] as contact_kinds
from core.repair_order
where
    status <> 'cancelled'
    and not is_vanished
    and ro_type <> 'pre_delivery'
    and deliverer_name_hash is not null;

-- A person or company. customer_id is <store_code>.<document_no>.<role> of
-- the first document that names it; merged_into is the redirect that people's
-- decisions leave, and never leads to another redirect.
create table core.customer (
    customer_id text primary key,
    kind text not null check (kind in ('person', 'company')),
    first_on date,
    vehicles integer not null,
    merged_into text references core.customer,
    check (merged_into <> customer_id)
);
create index customer_merged_idx on core.customer (merged_into)
where merged_into is not null;

-- Roles to vehicles, one row per vehicle, role and evidence, with the days
-- between which documents say so. role_key names the first of them as
-- customer_id does. Roles are those of a task's contact.
create table core.customer_role (
    role_key text primary key,
    customer_id text references core.customer,
    vin text not null,
    role text not null check (role in ('customer', 'owner', 'deliverer')),
    kind text not null,
    name_hash bytea not null,
    phone_hash bytea,
    id_no_hash bytea,
    first_on date,
    last_on date,
    store_code text not null,
    document_kind text not null,
    document_no text not null
) with (fillfactor = 85);
create index customer_role_vin_idx on core.customer_role (vin, role);
create index customer_role_customer_idx on core.customer_role (customer_id);
create index customer_role_name_idx
on core.customer_role (name_hash, phone_hash);
create index customer_role_phone_idx on core.customer_role (phone_hash)
where phone_hash is not null;
create index customer_role_id_no_idx on core.customer_role (id_no_hash)
where id_no_hash is not null;

-- Phones of several names, and those that say nothing about who somebody is.
create table core.shared_phone (
    phone_id bigint generated always as identity primary key,
    phone_hash bytea not null unique,
    names integer not null,
    vehicles integer not null,
    is_staff boolean not null,
    is_evidence boolean not null
);

-- Vehicles whose people are to be worked out again; merge queues what it
-- touches. Queueing twice locks the row, so that no touch is lost to a run
-- that takes it at the same time. is_whole: even where no evidence changed.
create table core.people_due (
    vin text primary key,
    queued integer not null default 1,
    is_whole boolean not null default false
);

insert into core.people_due (vin)
select vin from core.vehicle;

-- What people decided, append-only. A decision names the documents that made
-- the two customers known, so it holds whatever becomes of hashes.
create table core.customer_decision (
    decision_id bigint generated always as identity primary key,
    action text not null check (action in ('merge', 'apart', 'undo')),
    kept_store_code text,
    kept_document_no text,
    kept_role text,
    other_store_code text,
    other_document_no text,
    other_role text,
    undone_id bigint unique references core.customer_decision,
    reason text not null check (btrim(reason) <> ''),
    decided_by text not null,
    decided_at timestamptz not null default clock_timestamp(),
    check ((action = 'undo') = (undone_id is not null)),
    check (
        (action = 'undo') = (
            num_nulls(
                kept_store_code, kept_document_no, kept_role,
                other_store_code, other_document_no, other_role
            ) > 0
        )
    )
);

-- Which customer a document names in a role: as the evidence has it, and as
-- people decided (known_id).
create view core.document_customer as
select
    documents.store_code,
    documents.document_kind,
    documents.document_no,
    documents.role,
    documents.vin,
    documents.kind,
    documents.contact_kinds,
    roles.role_key,
    roles.customer_id,
    coalesce(customers.merged_into, customers.customer_id) as known_id
from core.document_role as documents
inner join core.customer_role as roles
    on
        documents.vin = roles.vin
        and documents.role = roles.role
        and documents.kind = roles.kind
        and documents.name_hash = roles.name_hash
        and documents.phone_hash is not distinct from roles.phone_hash
        and documents.id_no_hash is not distinct from roles.id_no_hash
inner join core.customer as customers
    on roles.customer_id = customers.customer_id;

-- Merges and separations that were not undone, with the customers that their
-- documents name today; null where a document is gone.
create view core.standing_decision as
select
    decisions.decision_id,
    decisions.action,
    decisions.reason,
    decisions.decided_by,
    decisions.decided_at,
    kept.customer_id as kept_id,
    other.customer_id as other_id
from core.customer_decision as decisions
left join core.document_customer as kept
    on
        decisions.kept_store_code = kept.store_code
        and decisions.kept_document_no = kept.document_no
        and decisions.kept_role = kept.role
left join core.document_customer as other
    on
        decisions.other_store_code = other.store_code
        and decisions.other_document_no = other.document_no
        and decisions.other_role = other.role
where
    decisions.action <> 'undo'
    and not exists (
        select undone.decision_id
        from core.customer_decision as undone
        where decisions.decision_id = undone.undone_id
    );

-- Each wish not to be called again: the vehicle it was said about, and who
-- said it where that is a known person. A company has no wish of its own: it
-- was its driver's or its clerk's, about that vehicle.
create view care.do_not_call as
select
    calls.task_key,
    calls.called_on,
    tasks.vin,
    persons.known_id
from core.call_result as calls
inner join care.follow_up_task as tasks on calls.task_key = tasks.task_key
left join core.document_customer as persons
    on
        tasks.store_code = persons.store_code
        and tasks.document_kind = persons.document_kind
        and tasks.document_no = persons.document_no
        and persons.kind = 'person'
        and tasks.contact_kind = any(persons.contact_kinds)
where calls.is_do_not_call;

-- Vehicles of those who said so: there it holds for calls to the same person.
create view care.do_not_call_person as
with members as (
    select
        wishes.known_id,
        wishes.called_on,
        wishes.known_id as customer_id
    from care.do_not_call as wishes
    where wishes.known_id is not null
    union all
    select
        wishes.known_id,
        wishes.called_on,
        merged.customer_id
    from care.do_not_call as wishes
    inner join core.customer as merged on wishes.known_id = merged.merged_into
)

select
    members.known_id,
    members.called_on,
    roles.vin
from members
inner join core.customer_role as roles
    on members.customer_id = roles.customer_id;

-- documents ------------------------------------------------------------
-- What a follow-up looks at in an order. problem says why there is nothing to
-- follow up; the system may not hold the order any more. A sale's contact is
-- its customer, a visit's who brought the car or, where a rule wants that, the
-- owner. A pre-delivery order is no visit of a customer.
create view care.document as
select
    'sales_order' as document_kind,
    store_code,
    order_no as document_no,
    vin,
    delivered_on as event_on,
    row_hash,
    version_day,
    load_id,
    customer_phone_check as contact_check,
    sha256(
        coalesce(customer_name_hash, '')
        || coalesce(customer_phone_hash, '')
        || coalesce(plate_hash, '')
    ) as contact_digest,
    cast(null as text) as owner_check,
    cast(null as bytea) as owner_digest,
    case
        when is_vanished then 'document_gone'
        when status = 'cancelled' then 'cancelled'
        when delivered_on is null then 'not_delivered'
    end as problem
from core.sales_order
union all
select
    'repair_order' as document_kind,
    store_code,
    ro_no as document_no,
    vin,
    exit_on as event_on,
    row_hash,
    version_day,
    load_id,
    deliverer_phone_check as contact_check,
    sha256(
        coalesce(deliverer_name_hash, '')
        || coalesce(deliverer_phone_hash, '')
        || coalesce(plate_hash, '')
    ) as contact_digest,
    owner_phone_check as owner_check,
    sha256(
        coalesce(owner_name_hash, '')
        || coalesce(owner_phone_hash, '')
        || coalesce(plate_hash, '')
    ) as owner_digest,
    case
        when is_vanished then 'document_gone'
        when status = 'cancelled' then 'cancelled'
        when is_reversed then 'reversed'
        when ro_type = 'pre_delivery' then 'pre_delivery'
        when exit_on is null then 'not_left'
    end as problem
from core.repair_order;

-- costs of history -----------------------------------------------------
-- A night reads what its own rows need, however many years lie behind it.
create index load_day_idx on ops.load (business_day);

-- A case that was decided about waits until its load is settled again; each
-- night asks for those alone.
alter table quality.quarantine
add column is_waiting boolean not null default false;

update quality.quarantine as held
set is_waiting = true
where
    held.state in ('released', 'waived')
    and not exists (
        select good.row_id
        from quality.good_row as good
        where
            held.load_id = good.load_id
            and held.row_id = good.row_id
    );

create index quarantine_waiting_idx on quality.quarantine (system)
where is_waiting;

-- Wishes not to be called are asked for by vehicle.
create index follow_up_task_vin_idx on care.follow_up_task (vin);

-- A night asks what was merged and swept since tasks were made last, however
-- many nights have reported.
create index stage_report_news_idx on ops.stage_report (reported_at)
where stage in ('merge', 'sweep');
