-- Adjustments whose difference is another one now, or gone.
-- grain: one row per adjustment that ends
-- reads: pg_temp.line_difference
-- writes: score.adjustment
with
ended as (
    select
        adjustment.adjustment_id,
        case
            when line_difference.scorecard_id is null then 'gone'
            else 'replaced'
        end as ending
    from score.adjustment
    left join line_difference
        on
            adjustment.scorecard_id = line_difference.scorecard_id
            and adjustment.kpi_id = line_difference.kpi_id
    where
        adjustment.month = :month -- noqa: RF02
        and adjustment.ended_on is null
        and (
            line_difference.scorecard_id is null
            or (
                adjustment.new_numerator,
                adjustment.new_denominator,
                adjustment.new_excluded,
                adjustment.new_value,
                adjustment.new_points
            ) is distinct from (
                line_difference.new_numerator,
                line_difference.new_denominator,
                line_difference.new_excluded,
                line_difference.new_value,
                line_difference.new_points
            )
        )
)

update score.adjustment
set
    ended_on = :today,
    ended_at = clock_timestamp(),
    ending = ended.ending
from ended
where adjustment.adjustment_id = ended.adjustment_id
