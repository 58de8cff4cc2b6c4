-- Vehicles about whose service a load's customers said something: the next one
-- is to be worked out again.
-- grain: one row per vin is written
-- reads: staging.preference
-- writes: care.service_due_queue
insert into care.service_due_queue as known (vin)
select distinct given.vin
from staging.preference as given
where given.load_id = :load_id and given.vin is not null
order by given.vin
on conflict (vin) do update set queued = known.queued + 1
