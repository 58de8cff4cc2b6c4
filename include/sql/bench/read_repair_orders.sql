-- What the reference reads of a dealer system, on PostgreSQL and MariaDB.
-- grain: one row per repair order
-- reads: tt_repair_order of the made-up dealer system
-- writes: nothing
select
    ro_id,
    dealer_code,
    ro_no,
    balance_no,
    last_balance_no,
    ro_type,
    repair_type_code,
    ro_status,
    is_valid,
    ro_create_date,
    complete_time,
    for_balance_time,
    delivery_date,
    in_mileage,
    out_mileage,
    is_change_odograph,
    vin,
    model_name,
    service_advisor,
    chief_technician,
    owner_property,
    balance_amount,
    license,
    deliverer,
    deliverer_mobile,
    owner_name,
    owner_mobile,
    updated_at
from tt_repair_order
