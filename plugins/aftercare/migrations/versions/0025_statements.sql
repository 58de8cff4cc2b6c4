-- Who is told of a published month by mail beside HR. Months that were
-- published before this version tell nobody else, and months that are published
-- while statements are off never send any.
alter table score.publication
add column tells_managers boolean not null default false,
add column tells_employees boolean not null default false;

-- A month's mails to stores and employees stand under keys that begin alike.
create index mail_report_idx on outbound.mail (report_key text_pattern_ops);
