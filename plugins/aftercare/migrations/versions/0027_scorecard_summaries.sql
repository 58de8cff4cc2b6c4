-- A message stands on a task, on a complaint, or on a month of a store; and of
-- a month only once it was published.
alter table outbound.message
add column month text references score.publication,
drop constraint message_entity_check,
add constraint message_entity_check check (
    entity = 'contact'
    or (entity = 'task' and task_key is not null)
    or (entity = 'complaint' and complaint_no is not null)
    or (entity = 'scorecard' and month is not null and action = 'upsert')
),
drop constraint message_subject_check,
add constraint message_subject_check check (
    num_nonnulls(task_key, complaint_no, month) = 1
);

alter table outbound.acknowledged_field
drop constraint acknowledged_field_entity_check,
add constraint acknowledged_field_entity_check check (
    entity in ('contact', 'task', 'complaint', 'scorecard')
);
alter table outbound.field_conflict
drop constraint field_conflict_entity_check,
add constraint field_conflict_entity_check check (
    entity in ('contact', 'task', 'complaint', 'scorecard')
);

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
    messages.complaint_no,
    messages.month
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

-- From which day on a target that serves a store is told its published months:
-- the day on which a push first found that it takes them.
create table outbound.scorecard_start (
    target text not null,
    store_code text not null references core.store,
    tells_from date not null,
    primary key (target, store_code)
);

-- What a target was told of a store's month last. stands_on is a digest of the
-- adjustments that stood then: by it is seen that others do now.
create table outbound.told_scorecard (
    target text not null,
    store_code text not null references core.store,
    month text not null references score.publication,
    stands_on text not null,
    version integer not null,
    primary key (target, store_code, month)
);
