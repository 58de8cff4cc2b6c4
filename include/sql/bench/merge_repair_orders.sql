-- The reference of the merge: what one would write by hand for good repair
-- orders of one load.
-- grain: one row of counts
-- reads: quality.good_row, staging.repair_order, ops.load
-- writes: core.repair_order
with loads as (
    select
        load_id,
        business_day,
        cast(:time_zone as text) as time_zone
    from ops.load
    where load_id = :load_id
),

written as (
    insert into core.repair_order as known (
        store_code,
        ro_no,
        settlement_no,
        previous_settlement_no,
        ro_type,
        repair_type,
        status,
        is_reversed,
        opened_at,
        completed_at,
        settled_at,
        delivered_at,
        odometer_in_km,
        odometer_out_km,
        is_odometer_replaced,
        vin,
        model,
        service_advisor_no,
        technician_no,
        owner_kind,
        amount,
        plate_cipher,
        plate_hash,
        plate_check,
        deliverer_name_cipher,
        deliverer_name_hash,
        deliverer_name_check,
        deliverer_phone_cipher,
        deliverer_phone_hash,
        deliverer_phone_check,
        owner_name_cipher,
        owner_name_hash,
        owner_name_check,
        owner_phone_cipher,
        owner_phone_hash,
        owner_phone_check,
        exit_on,
        row_hash,
        version_at,
        version_day,
        load_id,
        row_id
    )
    select
        given.store_code,
        given.ro_no,
        given.settlement_no,
        given.previous_settlement_no,
        given.ro_type,
        given.repair_type,
        given.status,
        coalesce(given.is_reversed, false) as is_reversed,
        given.opened_at,
        given.completed_at,
        given.settled_at,
        given.delivered_at,
        given.odometer_in_km,
        given.odometer_out_km,
        given.is_odometer_replaced,
        given.vin,
        given.model,
        given.service_advisor_no,
        given.technician_no,
        given.owner_kind,
        given.amount,
        given.plate_cipher,
        given.plate_hash,
        given.plate_check,
        given.deliverer_name_cipher,
        given.deliverer_name_hash,
        given.deliverer_name_check,
        given.deliverer_phone_cipher,
        given.deliverer_phone_hash,
        given.deliverer_phone_check,
        given.owner_name_cipher,
        given.owner_name_hash,
        given.owner_name_check,
        given.owner_phone_cipher,
        given.owner_phone_hash,
        given.owner_phone_check,
        cast(
            coalesce(given.delivered_at, given.settled_at)
            at time zone loads.time_zone as date
        ) as exit_on,
        given.row_hash,
        given.version_at,
        loads.business_day,
        given.load_id,
        given.row_id
    from loads
    inner join staging.repair_order as given on loads.load_id = given.load_id
    inner join quality.good_row as good
        on given.load_id = good.load_id and given.row_id = good.row_id
    on conflict (store_code, ro_no) do update
        set
            settlement_no = excluded.settlement_no,
            previous_settlement_no = excluded.previous_settlement_no,
            ro_type = excluded.ro_type,
            repair_type = excluded.repair_type,
            status = excluded.status,
            is_reversed = excluded.is_reversed,
            opened_at = excluded.opened_at,
            completed_at = excluded.completed_at,
            settled_at = excluded.settled_at,
            delivered_at = excluded.delivered_at,
            odometer_in_km = excluded.odometer_in_km,
            odometer_out_km = excluded.odometer_out_km,
            is_odometer_replaced = excluded.is_odometer_replaced,
            vin = excluded.vin,
            model = excluded.model,
            service_advisor_no = excluded.service_advisor_no,
            technician_no = excluded.technician_no,
            owner_kind = excluded.owner_kind,
            amount = excluded.amount,
            plate_cipher = excluded.plate_cipher,
            plate_hash = excluded.plate_hash,
            plate_check = excluded.plate_check,
            deliverer_name_cipher = excluded.deliverer_name_cipher,
            deliverer_name_hash = excluded.deliverer_name_hash,
            deliverer_name_check = excluded.deliverer_name_check,
            deliverer_phone_cipher = excluded.deliverer_phone_cipher,
            deliverer_phone_hash = excluded.deliverer_phone_hash,
            deliverer_phone_check = excluded.deliverer_phone_check,
            owner_name_cipher = excluded.owner_name_cipher,
            owner_name_hash = excluded.owner_name_hash,
            owner_name_check = excluded.owner_name_check,
            owner_phone_cipher = excluded.owner_phone_cipher,
            owner_phone_hash = excluded.owner_phone_hash,
            owner_phone_check = excluded.owner_phone_check,
            exit_on = excluded.exit_on,
            row_hash = excluded.row_hash,
            version_at = excluded.version_at,
            version_day = excluded.version_day,
            load_id = excluded.load_id,
            row_id = excluded.row_id
        where
        known.row_hash <> excluded.row_hash
        and (known.version_at, known.version_day)
        <= (excluded.version_at, excluded.version_day)
    returning 1
)

select count(*) as promoted
from written
