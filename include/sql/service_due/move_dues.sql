-- A day of their own: what the customer said last, since the day that the
-- interval counts from, about a later day that the word still holds for.
-- grain: one row per vehicle whose customer chose the day
-- reads: pg_temp.service_found, core.preference
-- writes: pg_temp.service_found
with chosen as (
    select
        found.vin,
        said.service_on
    from service_found as found
    inner join lateral (
        select wishes.service_on
        from core.preference as wishes
        where
            found.vin = wishes.vin
            and wishes.kind = 'service_day'
            and found.base_on <= wishes.valid_from
            and found.base_on < wishes.service_on
            and wishes.service_on
            <= coalesce(wishes.valid_until, wishes.service_on)
        order by
            wishes.valid_from desc,
            wishes.store_code asc,
            wishes.preference_no asc
        limit 1
    ) as said on true
)

update service_found as found
set
    due_on = chosen.service_on,
    reason = 'customer'
from chosen
where found.vin = chosen.vin
