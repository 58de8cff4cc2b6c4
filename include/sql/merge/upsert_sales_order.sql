-- Good rows that are new, or newer than what core holds and different.
-- grain: one row of counts; one row per key is written
-- reads: ops.load, quality.good_row, staging.sales_order
-- writes: core.sales_order
with loads as (
    select
        load_id,
        business_day,
        cast(:time_zone as text) as time_zone
    from ops.load
    where load_id = :load_id
),

good as (
    select
        loads.business_day,
        loads.time_zone,
        given.load_id,
        given.row_id,
        given.row_hash,
        given.version_at,
        given.store_code,
        given.order_no,
        given.status,
        given.sale_type,
        given.usage,
        given.signed_on,
        given.invoiced_on,
        given.delivered_at,
        given.vin,
        given.model,
        given.sales_consultant_no,
        given.customer_kind,
        given.price,
        given.plate_cipher,
        given.plate_hash,
        given.plate_check,
        given.customer_name_cipher,
        given.customer_name_hash,
        given.customer_name_check,
        given.customer_phone_cipher,
        given.customer_phone_hash,
        given.customer_phone_check,
        given.customer_id_no_cipher,
        given.customer_id_no_hash,
        given.customer_id_no_check,
        given.birthday_cipher,
        given.birthday_hash,
        given.birthday_check
    from loads
    inner join staging.sales_order as given on loads.load_id = given.load_id
    inner join quality.good_row as good_rows
        on
            given.load_id = good_rows.load_id
            and given.row_id = good_rows.row_id
),

upserted as (
    insert into core.sales_order as known (
        store_code,
        order_no,
        status,
        sale_type,
        usage,
        signed_on,
        invoiced_on,
        delivered_at,
        delivered_on,
        vin,
        model,
        sales_consultant_no,
        customer_kind,
        price,
        plate_cipher,
        plate_hash,
        plate_check,
        customer_name_cipher,
        customer_name_hash,
        customer_name_check,
        customer_phone_cipher,
        customer_phone_hash,
        customer_phone_check,
        customer_id_no_cipher,
        customer_id_no_hash,
        customer_id_no_check,
        birthday_cipher,
        birthday_hash,
        birthday_check,
        row_hash,
        version_at,
        version_day,
        load_id,
        row_id
    )
    select
        good.store_code,
        good.order_no,
        good.status,
        good.sale_type,
        good.usage,
        good.signed_on,
        good.invoiced_on,
        good.delivered_at,
        cast(
            good.delivered_at at time zone good.time_zone
            as date
        ) as delivered_on,
        good.vin,
        good.model,
        good.sales_consultant_no,
        good.customer_kind,
        good.price,
        good.plate_cipher,
        good.plate_hash,
        good.plate_check,
        good.customer_name_cipher,
        good.customer_name_hash,
        good.customer_name_check,
        good.customer_phone_cipher,
        good.customer_phone_hash,
        good.customer_phone_check,
        good.customer_id_no_cipher,
        good.customer_id_no_hash,
        good.customer_id_no_check,
        good.birthday_cipher,
        good.birthday_hash,
        good.birthday_check,
        good.row_hash,
        good.version_at,
        good.business_day,
        good.load_id,
        good.row_id
    from good
    order by good.store_code, good.order_no
    on conflict (store_code, order_no) do update
        set
            status = excluded.status,
            sale_type = excluded.sale_type,
            usage = excluded.usage,
            signed_on = excluded.signed_on,
            invoiced_on = excluded.invoiced_on,
            delivered_at = excluded.delivered_at,
            delivered_on = excluded.delivered_on,
            vin = excluded.vin,
            model = excluded.model,
            sales_consultant_no = excluded.sales_consultant_no,
            customer_kind = excluded.customer_kind,
            price = excluded.price,
            plate_cipher = excluded.plate_cipher,
            plate_hash = excluded.plate_hash,
            plate_check = excluded.plate_check,
            customer_name_cipher = excluded.customer_name_cipher,
            customer_name_hash = excluded.customer_name_hash,
            customer_name_check = excluded.customer_name_check,
            customer_phone_cipher = excluded.customer_phone_cipher,
            customer_phone_hash = excluded.customer_phone_hash,
            customer_phone_check = excluded.customer_phone_check,
            customer_id_no_cipher = excluded.customer_id_no_cipher,
            customer_id_no_hash = excluded.customer_id_no_hash,
            customer_id_no_check = excluded.customer_id_no_check,
            birthday_cipher = excluded.birthday_cipher,
            birthday_hash = excluded.birthday_hash,
            birthday_check = excluded.birthday_check,
            row_hash = excluded.row_hash,
            version_at = excluded.version_at,
            version_day = excluded.version_day,
            load_id = excluded.load_id,
            row_id = excluded.row_id
        where
        known.row_hash <> excluded.row_hash
        and (known.version_at, known.version_day)
        <= (excluded.version_at, excluded.version_day)
    returning
        old.vin as vin_before,
        new.vin,
        new.status = 'cancelled'
        and old.status <> new.status as is_withdrawn
)

select
    count(*) as promoted,
    count(*) filter (where upserted.is_withdrawn) as withdrawn_documents,
    array_agg(upserted.vin_before) filter (
        where upserted.vin_before <> upserted.vin
    ) as vins_before
from upserted
