-- grain: one row per vehicle
-- reads: core.people_due
-- writes: core.people_due, pg_temp.due_vehicle
with chosen as (
    select vin
    from core.people_due
    order by vin
    limit :most
    for update
),

taken as (
    delete from core.people_due as due
    using chosen
    where due.vin = chosen.vin
    returning due.vin, due.is_whole
)

insert into due_vehicle (vin, is_whole)
select
    taken.vin,
    taken.is_whole
from taken
