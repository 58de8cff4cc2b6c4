-- Customers that look alike and were not joined: of those who share something,
-- each with the one who was known first. Who have different identity numbers,
-- and whom people keep apart, are none.
-- grain: one row per pair
-- reads: core.customer_role, core.customer, core.standing_decision
-- writes: nothing
with asked as (
    select cast(:store_code as text) as store_code
),

roles as (
    select
        roles.kind,
        roles.vin,
        roles.name_hash,
        roles.phone_hash,
        roles.id_no_hash,
        roles.store_code,
        roles.last_on,
        known.customer_id as known_id,
        known.first_on as known_since
    from core.customer_role as roles
    inner join core.customer as customers
        on roles.customer_id = customers.customer_id
    inner join core.customer as known
        on
            coalesce(customers.merged_into, customers.customer_id)
            = known.customer_id
),

shared as (
    select
        'id_no' as reason,
        id_no_hash as shared_hash,
        null as shared_text,
        known_id,
        known_since
    from roles
    where id_no_hash is not null
    union
    select
        'name_and_vehicle' as reason,
        name_hash as shared_hash,
        vin as shared_text,
        known_id,
        known_since
    from roles
    where kind = 'person'
    union
    select
        'name_and_phone' as reason,
        name_hash as shared_hash,
        encode(phone_hash, 'hex') as shared_text,
        known_id,
        known_since
    from roles
    where phone_hash is not null
    union
    select
        'company_name' as reason,
        name_hash as shared_hash,
        null as shared_text,
        known_id,
        known_since
    from roles
    where kind = 'company'
),

paired as (
    select
        reason,
        known_id as other_id,
        first_value(known_id) over (
            partition by reason, shared_hash, shared_text
            order by known_since asc nulls last, known_id asc
        ) as kept_id
    from shared
),

pairs as (
    select
        kept_id,
        other_id,
        array_agg(distinct reason) as reasons
    from paired
    where kept_id <> other_id
    group by kept_id, other_id
),

persons as (
    select
        known_id,
        max(last_on) as last_on,
        array_agg(distinct store_code) as stores,
        array_agg(distinct id_no_hash) filter (
            where id_no_hash is not null
        ) as id_nos
    from roles
    group by known_id
),

apart as (
    select
        coalesce(kept.merged_into, kept.customer_id) as kept_id,
        coalesce(others.merged_into, others.customer_id) as other_id
    from core.standing_decision as decisions
    inner join core.customer as kept on decisions.kept_id = kept.customer_id
    inner join core.customer as others
        on decisions.other_id = others.customer_id
    where decisions.action = 'apart'
)

select
    pairs.kept_id,
    pairs.other_id,
    pairs.reasons,
    count(*) over () as found
from asked
cross join pairs
inner join persons as kept on pairs.kept_id = kept.known_id
inner join persons as others on pairs.other_id = others.known_id
where
    (
        asked.store_code is null
        or asked.store_code = any(kept.stores || others.stores)
    )
    and coalesce(kept.id_nos && others.id_nos, true)
    and not exists (
        select apart.kept_id
        from apart
        where
            least(pairs.kept_id, pairs.other_id)
            = least(apart.kept_id, apart.other_id)
            and greatest(pairs.kept_id, pairs.other_id)
            = greatest(apart.kept_id, apart.other_id)
    )
order by
    'id_no' = any(pairs.reasons) desc,
    cardinality(pairs.reasons) desc,
    greatest(kept.last_on, others.last_on) desc nulls last,
    pairs.kept_id asc,
    pairs.other_id asc
limit :most
