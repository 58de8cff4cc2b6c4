-- grain: one row
-- reads: quality.quarantine
-- writes: –
select
    count(*) as open_cases,
    count(*) filter (where first_day = :day) as new_cases
from quality.quarantine
where state = 'open'
