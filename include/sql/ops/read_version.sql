-- grain: one row, or none before the first version
-- reads: public.warehouse_version
-- writes: nothing
select version_num
from public.warehouse_version
