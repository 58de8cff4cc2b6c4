-- grain: one row per store
-- reads: core.store
-- writes: –
select
    store_code,
    brand,
    region
from core.store
order by store_code
