-- grain: one row
-- reads: pg_temp.night_subject
-- writes: –
select
    min(event_on) as first_on,
    max(event_on) as last_on
from night_subject
