-- Vehicles that no order names any more, because its VIN was corrected.
-- grain: one row per vin that is dropped
-- reads: core.sales_order, core.repair_order
-- writes: core.vehicle
delete from core.vehicle as known
where
    known.vin = any(cast(:vins_before as text[]))
    and not exists (
        select sold.vin
        from core.sales_order as sold
        where known.vin = sold.vin
    )
    and not exists (
        select repaired.vin
        from core.repair_order as repaired
        where known.vin = repaired.vin
    )
