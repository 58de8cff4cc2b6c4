-- What the adjustments that stand now add to the figures of a month's stores:
-- one of a store's figure stands on several scorecards and counts once.
-- grain: one row per store, post (or none) and figure
-- reads: score.adjustment
-- writes: nothing
with
-- A line that was not issued is told with its post: that of its scorecard. Who
-- came or left changes nothing about a store's own figure.
differences as (
    select
        a.store_code,
        a.kpi_id,
        a.credit,
        coalesce(a.new_numerator, 0)
        - coalesce(a.old_numerator, 0) as more_in_numerator,
        coalesce(a.new_denominator, 0)
        - coalesce(a.old_denominator, 0) as more_in_denominator,
        case a.credit
            when 'store' then '' else split_part(a.scorecard_id, '.', 2)
        end as role
    from score.adjustment as a
    where
        a.month = :month -- noqa: RF02
        and a.ended_on is null
        and (
            a.credit <> 'store'
            or num_nulls(a.old_denominator, a.new_denominator) = 0
        )
)

select
    store_code,
    role,
    kpi_id,
    credit,
    case credit
        when 'store'
            then
                (
                    array_agg(
                        more_in_numerator
                        order by abs(more_in_numerator) desc
                    )
                )[1]
        else sum(more_in_numerator)
    end as more_in_numerator,
    case credit
        when 'store'
            then
                (
                    array_agg(
                        more_in_denominator
                        order by abs(more_in_denominator) desc
                    )
                )[1]
        else sum(more_in_denominator)
    end as more_in_denominator
from differences
group by store_code, role, kpi_id, credit
