-- Redirects as people's standing merges have them. Customers that decisions
-- connect are one; the one whom the earliest of these decisions kept is the
-- one that stays. Two that the evidence made one since need no redirect, and
-- a merge rests while its two are a person and a company.
-- grain: one row of counts; one row per customer whose redirect changes is
--   written
-- reads: core.standing_decision, core.customer
-- writes: core.customer
with recursive pairs as (
    select
        decisions.decision_id,
        decisions.kept_id,
        decisions.other_id
    from core.standing_decision as decisions
    inner join core.customer as kept_ones
        on decisions.kept_id = kept_ones.customer_id
    inner join core.customer as other_ones
        on
            decisions.other_id = other_ones.customer_id
            and kept_ones.kind = other_ones.kind
    where
        decisions.action = 'merge'
        and decisions.kept_id <> decisions.other_id
),

ties as (
    select
        kept_id as from_id,
        other_id as to_id
    from pairs
    union
    select
        other_id as from_id,
        kept_id as to_id
    from pairs
),

reached as (
    select
        from_id as customer_id,
        from_id as member_id
    from ties
    union
    select
        reached.customer_id,
        ties.to_id as member_id
    from reached
    inner join ties on reached.member_id = ties.from_id
),

stays as (
    select distinct on (reached.customer_id)
        reached.customer_id,
        pairs.kept_id
    from reached
    inner join pairs on reached.member_id = pairs.kept_id
    order by reached.customer_id asc, pairs.decision_id asc
),

concerned as (
    select customer_id
    from core.customer
    where merged_into is not null
    union
    select stays.customer_id
    from stays
),

wanted as (
    select
        concerned.customer_id,
        nullif(stays.kept_id, concerned.customer_id) as merged_into
    from concerned
    left join stays on concerned.customer_id = stays.customer_id
),

redirected as (
    update core.customer as known
    set merged_into = wanted.merged_into
    from wanted
    where
        known.customer_id = wanted.customer_id
        and known.merged_into is distinct from wanted.merged_into
    returning known.customer_id
)

select count(*) as redirected
from redirected
