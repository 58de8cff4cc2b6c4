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
