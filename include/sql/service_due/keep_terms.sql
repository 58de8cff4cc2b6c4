-- The values that next services are worked out with from now on. What the
-- policy gives as before is not written again.
-- grain: one row per store and range of base days
-- reads: –
-- writes: care.service_term
insert into care.service_term as known (
    store_code,
    base_from,
    base_to,
    first_months,
    first_km,
    first_by_model,
    periodic_months,
    periodic_km,
    periodic_by_model,
    reading_days,
    pair_days,
    pair_months,
    pairs_needed,
    pairs_counted,
    most_daily_km,
    private_least,
    private_most,
    fleet_least,
    fleet_most,
    typical_daily_km,
    typical_daily_km_by_model,
    lines,
    digest
)
select
    terms.store_code,
    terms.base_from,
    terms.base_to,
    terms.first_months,
    terms.first_km,
    terms.first_by_model,
    terms.periodic_months,
    terms.periodic_km,
    terms.periodic_by_model,
    terms.reading_days,
    terms.pair_days,
    terms.pair_months,
    terms.pairs_needed,
    terms.pairs_counted,
    terms.most_daily_km,
    terms.private_least,
    terms.private_most,
    terms.fleet_least,
    terms.fleet_most,
    terms.typical_daily_km,
    terms.typical_daily_km_by_model,
    terms.lines,
    terms.digest
from
    jsonb_populate_recordset(
        cast(null as care.service_term), cast(:terms as jsonb)
    ) as terms
order by terms.store_code, terms.base_from
on conflict (store_code, base_from) do update
    set
        base_to = excluded.base_to,
        first_months = excluded.first_months,
        first_km = excluded.first_km,
        first_by_model = excluded.first_by_model,
        periodic_months = excluded.periodic_months,
        periodic_km = excluded.periodic_km,
        periodic_by_model = excluded.periodic_by_model,
        reading_days = excluded.reading_days,
        pair_days = excluded.pair_days,
        pair_months = excluded.pair_months,
        pairs_needed = excluded.pairs_needed,
        pairs_counted = excluded.pairs_counted,
        most_daily_km = excluded.most_daily_km,
        private_least = excluded.private_least,
        private_most = excluded.private_most,
        fleet_least = excluded.fleet_least,
        fleet_most = excluded.fleet_most,
        typical_daily_km = excluded.typical_daily_km,
        typical_daily_km_by_model = excluded.typical_daily_km_by_model,
        lines = excluded.lines,
        digest = excluded.digest
    where
    (known.base_to, known.digest)
    is distinct from
    (excluded.base_to, excluded.digest)
