-- Reads what nights read most of, so that a copy is not colder than its
-- original: the tables that are as large as the fleet. Of those that grow with
-- the history a night reads little, and to read them whole would only push the
-- others out of memory.
-- grain: one row of counts
-- reads: core.vehicle, core.sales_order, care.service_due, core.consent,
--   core.insurance_policy
-- writes: nothing
select
    (
        select max(known.last_visit_on)
        from core.vehicle as known
    ) as visits,
    (
        select max(sold.row_hash)
        from core.sales_order as sold
    ) as sales,
    (
        select max(due.base_on)
        from care.service_due as due
    ) as services,
    (
        select max(words.row_hash)
        from core.consent as words
    ) as words,
    (
        select max(policies.row_hash)
        from core.insurance_policy as policies
    ) as policies
