-- Values that the policy does not give any more.
-- grain: one row per store and range of base days
-- reads: care.service_term
-- writes: care.service_term
with given as (
    select
        terms.store_code,
        terms.base_from
    from
        jsonb_populate_recordset(
            cast(null as care.service_term), cast(:terms as jsonb)
        ) as terms
)

delete from care.service_term as known
where
    not exists (
        select given.base_from
        from given
        where
            known.store_code = given.store_code
            and known.base_from = given.base_from
    )
