-- What an employee is told by mail is what happens from this version on: rows
-- that are there tell nothing, new ones do. An objection that is open now was
-- not confirmed by mail; its answer is.
alter table score.objection
add column tells_receipt boolean not null default false,
add column tells_answer boolean not null default true;
alter table score.objection alter column tells_receipt set default true;
update score.objection set tells_answer = false
where state <> 'open';

alter table score.adjustment
add column tells_employee boolean not null default false;
alter table score.adjustment alter column tells_employee set default true;

-- Mails grow with every month; of these there are few at a time.
create index mail_waiting_idx on outbound.mail (report_key)
where state in ('planned', 'retry', 'sending');
create index mail_adjusted_idx on outbound.mail (report_key)
where report_key ~ '^scorecards/[^/]+/adjusted/';

-- The decision that counts of each proposal: the newest.
create view score.standing_decision as
select
    decision.proposal_id,
    decision.decision,
    decision.comment,
    decision.decided_by,
    decision.decided_at
from score.decision
where
    not exists (
        select 1
        from score.decision as later
        where
            decision.proposal_id = later.proposal_id
            and decision.decision_id < later.decision_id
    );

-- Where an employee can be written to: one address that several employees have
-- is nobody's own.
create view core.employee_address as
select
    employee_no,
    email_cipher,
    email_hash is not null
    and count(*) over (partition by email_hash) > 1 as is_shared
from core.employee;
