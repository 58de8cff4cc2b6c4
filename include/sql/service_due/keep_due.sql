-- Next services that are new or differ from what was known.
-- grain: one row per vehicle
-- reads: pg_temp.service_found
-- writes: care.service_due
insert into care.service_due as known (
    vin,
    kind,
    store_code,
    document_kind,
    document_no,
    base_on,
    base_odometer_km,
    interval_months,
    interval_km,
    daily_km,
    daily_km_source,
    due_by_time_on,
    due_by_km_on,
    due_on,
    reason,
    confidence,
    last_odometer_km,
    last_odometer_on,
    policy_line
)
select
    found.vin,
    found.kind,
    found.store_code,
    found.document_kind,
    found.document_no,
    found.base_on,
    found.base_odometer_km,
    found.interval_months,
    found.interval_km,
    found.daily_km,
    found.daily_km_source,
    found.due_by_time_on,
    found.due_by_km_on,
    found.due_on,
    found.reason,
    found.confidence,
    found.last_odometer_km,
    found.last_odometer_on,
    found.policy_line
from service_found as found
order by found.vin
on conflict (vin) do update
    set
        kind = excluded.kind,
        store_code = excluded.store_code,
        document_kind = excluded.document_kind,
        document_no = excluded.document_no,
        base_on = excluded.base_on,
        base_odometer_km = excluded.base_odometer_km,
        interval_months = excluded.interval_months,
        interval_km = excluded.interval_km,
        daily_km = excluded.daily_km,
        daily_km_source = excluded.daily_km_source,
        due_by_time_on = excluded.due_by_time_on,
        due_by_km_on = excluded.due_by_km_on,
        due_on = excluded.due_on,
        reason = excluded.reason,
        confidence = excluded.confidence,
        last_odometer_km = excluded.last_odometer_km,
        last_odometer_on = excluded.last_odometer_on,
        policy_line = excluded.policy_line
    where
    (
        known.kind,
        known.store_code,
        known.document_kind,
        known.document_no,
        known.base_on,
        known.base_odometer_km,
        known.interval_months,
        known.interval_km,
        known.daily_km,
        known.daily_km_source,
        known.due_by_time_on,
        known.due_by_km_on,
        known.due_on,
        known.reason,
        known.confidence,
        known.last_odometer_km,
        known.last_odometer_on,
        known.policy_line
    )
    is distinct from
    (
        excluded.kind,
        excluded.store_code,
        excluded.document_kind,
        excluded.document_no,
        excluded.base_on,
        excluded.base_odometer_km,
        excluded.interval_months,
        excluded.interval_km,
        excluded.daily_km,
        excluded.daily_km_source,
        excluded.due_by_time_on,
        excluded.due_by_km_on,
        excluded.due_on,
        excluded.reason,
        excluded.confidence,
        excluded.last_odometer_km,
        excluded.last_odometer_on,
        excluded.policy_line
    )
