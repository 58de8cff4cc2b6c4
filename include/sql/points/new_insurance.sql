-- New policies: those that begin in the month and insure a new car, or a car
-- of which nobody in the group knows an earlier policy of that kind and whose
-- policy names none. The day on which a policy was sold is told by no system,
-- so its first day counts. A cancelled one is excluded.
-- grain: one row per new policy that begins in the month
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
        previous_policy_no,
        coalesce(is_new_car, false) as is_new_car
    from core.insurance_policy
    where not is_vanished or vanished_day > :closing_on
),

begun as (
    select
        store_code,
        starts_on,
        is_new_car,
        store_code || '|' || policy_no as row_key,
        status = 'cancelled' as is_cancelled
    from known
    where
        starts_on between :first_day and :last_day
        and (
            is_new_car
            or (
                previous_policy_no is null
                and not exists (
                    select 1
                    from known as earlier
                    where
                        earlier.vin = known.vin
                        and earlier.kind = known.kind
                        and earlier.starts_on < known.starts_on
                )
            )
        )
)

select
    store_code,
    starts_on as counted_on,
    'insurance_policy' as row_kind,
    row_key,
    is_cancelled as is_excluded,
    not is_cancelled as is_numerator,
    case
        when is_cancelled then 'policy_cancelled'
        when is_new_car then 'new_car'
        else 'new_to_group'
    end as reason
from begun
