-- grain: one row per store that was open in the month
-- reads: core.store
-- writes: nothing
select
    store_code,
    brand
from core.store
where
    coalesce(opened_on, :last_day) <= :last_day
    and coalesce(closed_on, :first_day) >= :first_day
order by store_code
