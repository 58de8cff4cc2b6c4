-- What a dealer system tells of a complaint beside who received it when: the
-- vehicle that it is about, and how far it is.
alter table staging.complaint
add column vin text,
add column vin_check text,
add column acknowledged_at timestamptz,
add column dispatched_at timestamptz,
add column solved_at timestamptz;

alter table core.complaint
add column vin text,
add column acknowledged_at timestamptz,
add column dispatched_at timestamptz,
add column solved_at timestamptz;

-- complaints as records of CRMs ------------------------------------------
-- A night looks at those that are open and at those that came lately.
create index complaint_open_idx on core.complaint (store_code)
where closed_at is null;
create index complaint_load_idx on core.complaint (load_id);

-- A message stands on a task or on a complaint; a contact's on either.
alter table outbound.message
alter column task_key drop not null,
add column complaint_no text,
add constraint message_complaint_fkey
foreign key (store_code, complaint_no) references core.complaint,
drop constraint message_entity_check,
add constraint message_entity_check check (
    entity = 'contact'
    or (entity = 'task' and task_key is not null)
    or (entity = 'complaint' and complaint_no is not null)
),
add constraint message_subject_check check (
    num_nonnulls(task_key, complaint_no) = 1
);
create index message_complaint_idx
on outbound.message (store_code, complaint_no)
where complaint_no is not null;

alter table outbound.acknowledged_field
drop constraint acknowledged_field_entity_check,
add constraint acknowledged_field_entity_check check (
    entity in ('contact', 'task', 'complaint')
);
alter table outbound.field_conflict
drop constraint field_conflict_entity_check,
add constraint field_conflict_entity_check check (
    entity in ('contact', 'task', 'complaint')
);

-- Both are work of a day; contacts come along.
drop index outbound.message_work_day_idx;
create index message_work_day_idx on outbound.message (target, work_day)
where entity <> 'contact';

create or replace view outbound.newest_message as
select
    messages.message_id,
    messages.target,
    messages.entity,
    messages.external_key,
    messages.version,
    messages.action,
    messages.store_code,
    messages.task_key,
    messages.work_day,
    messages.state,
    messages.reason,
    messages.attempts,
    messages.refusals,
    messages.mapping_digest,
    messages.made_at,
    messages.finished_at,
    messages.complaint_no
from outbound.message as messages
where
    not exists (
        select 1
        from outbound.message as newer
        where
            messages.target = newer.target
            and messages.entity = newer.entity
            and messages.external_key = newer.external_key
            and messages.message_id < newer.message_id
    );

-- What a target was told of a complaint last: by row_hash is seen that it
-- changed since. is_over: closed there, or taken back.
create table outbound.told_complaint (
    target text not null,
    store_code text not null,
    complaint_no text not null,
    row_hash bytea not null,
    is_over boolean not null,
    version integer not null,
    primary key (target, store_code, complaint_no),
    foreign key (store_code, complaint_no) references core.complaint
);
create index told_complaint_open_idx on outbound.told_complaint (target)
where not is_over;
