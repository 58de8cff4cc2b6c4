-- Stores that the rows of a load may name: those in core, and those that came
-- in with the same business day; ask for the load.
create view quality.known_store as
select
    loads.load_id,
    stores.store_code
from ops.load as loads
cross join core.store as stores
union
select
    loads.load_id,
    stores.store_code
from ops.load as loads
inner join ops.load as same_day on loads.business_day = same_day.business_day
inner join quality.good_row as good on same_day.load_id = good.load_id
inner join staging.store as stores
    on
        good.load_id = stores.load_id
        and good.row_id = stores.row_id;
