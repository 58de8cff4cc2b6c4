-- grain: one row per mail
-- reads: outbound.mail
-- writes: –
select state
from outbound.mail
where mail_id = :mail_id
