-- Vehicles whose base may lie where the policy says something else than what
-- next services were worked out with: those that an order of these stores and
-- days names.
-- grain: one row per vehicle is written
-- reads: care.service_term, core.sales_order, core.repair_order
-- writes: care.service_due_queue
with given as (
    select
        terms.store_code,
        terms.digest,
        range_agg(daterange(terms.base_from, terms.base_to, '[]')) as days
    from
        jsonb_populate_recordset(
            cast(null as care.service_term), cast(:terms as jsonb)
        ) as terms
    group by terms.store_code, terms.digest
),

known as (
    select
        terms.store_code,
        terms.digest,
        range_agg(daterange(terms.base_from, terms.base_to, '[]')) as days
    from care.service_term as terms
    group by terms.store_code, terms.digest
),

changed as (
    select
        coalesce(given.store_code, known.store_code) as store_code,
        (
            coalesce(given.days, datemultirange())
            - coalesce(known.days, datemultirange())
        )
        + (
            coalesce(known.days, datemultirange())
            - coalesce(given.days, datemultirange())
        ) as days
    from given
    full join known
        on
            given.store_code = known.store_code
            and given.digest = known.digest
),

spans as (
    select
        changed.store_code,
        lower(span.days) as first_on,
        upper(span.days) as before_on
    from changed
    cross join unnest(changed.days) as span (days)
),

touched as (
    select sold.vin
    from spans
    inner join core.sales_order as sold
        on
            spans.store_code = sold.store_code
            and spans.first_on <= sold.delivered_on
            and spans.before_on > sold.delivered_on
    union
    select repaired.vin
    from spans
    inner join core.repair_order as repaired
        on
            spans.store_code = repaired.store_code
            and spans.first_on <= repaired.exit_on
            and spans.before_on > repaired.exit_on
    union
    select repaired.vin
    from spans
    inner join core.repair_order as repaired
        on
            spans.store_code = repaired.store_code
            and repaired.exit_on is null
)

insert into care.service_due_queue as known (vin)
select touched.vin
from touched
order by touched.vin
on conflict (vin) do update set queued = known.queued + 1
