-- Every vehicle, to have its people worked out again: after the settings of
-- people were changed.
-- grain: one row per vehicle is written
-- reads: core.vehicle
-- writes: core.people_due
insert into core.people_due (vin)
select vin
from core.vehicle
order by vin
on conflict (vin) do update set queued = people_due.queued + 1
