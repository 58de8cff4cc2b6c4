-- Tells the outcome of two merges apart.
-- grain: one row
-- reads: core.repair_order, core.vehicle, core.people_due,
--     care.service_due_queue
-- writes: nothing
select
    (
        select sum(hashtextextended(cast(repaired as text), 0))
        from core.repair_order as repaired
        where repaired.load_id = :load_id
    ) as orders,
    (
        select sum(hashtextextended(cast(vehicle as text), 0))
        from core.vehicle as vehicle
    ) as vehicles,
    (select count(*) from core.people_due) as due,
    (select count(*) from care.service_due_queue) as services
