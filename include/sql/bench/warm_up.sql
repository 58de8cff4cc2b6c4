-- Reads what each night reads first, so that a copy is not colder than its
-- original.
-- grain: one row of counts
-- reads: core.repair_order, core.vehicle, care.follow_up_task,
--     core.call_result
-- writes: nothing
select
    (
        select max(repaired.row_hash)
        from core.repair_order as repaired
    ) as orders,
    (select count(*) from core.vehicle) as vehicles,
    (
        select max(tasks.script_id)
        from care.follow_up_task as tasks
    ) as tasks,
    (
        select max(calls.row_hash)
        from core.call_result as calls
    ) as calls
