-- refusals counts the runs in which the target took others and not this one. A
-- message that is rejected keeps by which mapping that was: another may fit.
alter table outbound.message
add column refusals integer not null default 0,
add column mapping_digest text,
drop constraint message_state_check,
add constraint message_state_check check (
    state in (
        'pending', 'sending', 'sent', 'unchanged', 'retry', 'unknown',
        'rejected', 'dead', 'superseded', 'expired', 'dropped'
    )
);
create index message_work_day_idx on outbound.message (target, work_day)
where entity = 'task';
create index message_refused_idx on outbound.message (target)
where state in ('rejected', 'dead', 'dropped');

-- What people decided about messages: to send one again, to drop it, or to let
-- a push go on that looked wrong; that one is about a target and no message.
create table outbound.decision (
    decision_id bigint primary key generated always as identity,
    target text not null,
    message_id bigint references outbound.message,
    action text not null check (action in ('replay', 'drop', 'let_through')),
    reason text not null,
    decided_by text not null,
    decided_at timestamptz not null default clock_timestamp(),
    check ((action = 'let_through') = (message_id is null))
);
create index decision_message_idx on outbound.decision (message_id);

-- Of several messages of a key only the newest means anything.
create view outbound.newest_message as
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
    messages.finished_at
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
