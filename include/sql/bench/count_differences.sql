-- Rows that two loads do not hold alike. Ciphers have a nonce each, so of
-- those only the length is compared.
-- grain: one row of counts
-- reads: staging.repair_order
-- writes: nothing
with loads as (
    select
        load_id,
        to_jsonb(given)
        - array[
            'load_id', 'row_id', 'plate_cipher', 'deliverer_name_cipher',
            'deliverer_phone_cipher', 'owner_name_cipher', 'owner_phone_cipher'
        ]
        || jsonb_build_object(
            'sizes',
            jsonb_build_array(
                length(plate_cipher),
                length(deliverer_name_cipher),
                length(deliverer_phone_cipher),
                length(owner_name_cipher),
                length(owner_phone_cipher)
            )
        ) as content
    from staging.repair_order as given
    where load_id in (:left_id, :right_id)
)

select
    count(*) filter (where load_id = :left_id) as left_rows,
    count(*) filter (where load_id = :right_id) as right_rows,
    (
        select count(*)
        from (
            select content
            from loads
            where load_id = :left_id
            except all
            select content
            from loads
            where load_id = :right_id
        ) as differing
    ) as differing
from loads
