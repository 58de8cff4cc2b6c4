-- Every vehicle, to have its people worked out again: after the settings of
-- people were changed.
-- grain: one row per vehicle is written
-- reads: core.vehicle
-- writes: core.people_due
insert into core.people_due (vin, is_whole)
select
    vin,
    true as is_whole
from core.vehicle
order by vin
on conflict (vin) do update set is_whole = true
