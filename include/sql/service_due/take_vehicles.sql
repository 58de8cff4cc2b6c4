-- grain: one row per vehicle
-- reads: care.service_due_queue
-- writes: care.service_due_queue, pg_temp.service_vehicle
with chosen as (
    select vin
    from care.service_due_queue
    order by vin
    limit :most
    for update
),

taken as (
    delete from care.service_due_queue as due
    using chosen
    where due.vin = chosen.vin
    returning due.vin
)

insert into service_vehicle (vin)
select taken.vin
from taken
