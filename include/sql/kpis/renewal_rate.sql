-- Insurance renewals: policies that ended in the month and have a later one of
-- the same vehicle and kind from the same store, of those that ended. What
-- another store of the group renewed was not renewed here. A later policy has
-- to have begun by the closing day. A policy that was cancelled did not end of
-- itself and is excluded.
-- grain: one row per policy whose last day lies in the month
-- reads: core.insurance_policy
-- writes: nothing
with
known as (
    select
        store_code,
        policy_no,
        vin,
        kind,
        status,
        starts_on,
        ends_on
    from core.insurance_policy
    where not is_vanished or vanished_day > :closing_on
),

due as (
    select
        ended.store_code,
        ended.policy_no,
        ended.ends_on,
        ended.status = 'cancelled' as is_cancelled,
        count(renewed.policy_no) filter (
            where ended.store_code = renewed.store_code
        ) > 0 as is_here,
        count(renewed.policy_no) > 0 as is_anywhere
    from known as ended
    left join known as renewed
        on
            ended.vin = renewed.vin
            and ended.kind = renewed.kind
            and ended.starts_on < renewed.starts_on
            and ended.ends_on < renewed.ends_on
            and renewed.status <> 'cancelled'
            and renewed.starts_on <= :closing_on -- noqa: RF02
    where ended.ends_on between :first_day and :last_day -- noqa: RF02
    group by
        ended.store_code,
        ended.policy_no,
        ended.ends_on,
        ended.status
)

select
    store_code,
    ends_on as counted_on,
    'insurance_policy' as row_kind,
    is_cancelled as is_excluded,
    store_code || '|' || policy_no as row_key,
    is_here and not is_cancelled as is_numerator,
    case
        when is_cancelled then 'policy_cancelled'
        when is_here then 'renewed'
        when is_anywhere then 'renewed_elsewhere'
        else 'not_renewed'
    end as reason
from due
