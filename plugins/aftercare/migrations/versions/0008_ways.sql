-- messages -------------------------------------------------------------
-- Since when nobody knows whether the target took a message: a gateway that
-- keeps no key would send it twice.
alter table outbound.message
add column doubt_since timestamptz;

update outbound.message
set doubt_since = coalesce(finished_at, claimed_at, made_at)
where state = 'unknown';

-- attempts -------------------------------------------------------------
-- attempts: half-days on which the number that the document gives now was
-- called in vain; next_attempt: when to call again. tried_hash: the number of
-- a task that ended because nobody answers it, and tried_on its last try.
alter table care.follow_up_task
add column attempts integer not null default 0,
add column next_attempt_on date,
add column next_attempt_half text check (
    next_attempt_half in ('morning', 'afternoon')
),
add column tried_hash bytea,
add column tried_on date;

create index follow_up_task_tried_idx
on care.follow_up_task (tried_hash)
where tried_hash is not null;
