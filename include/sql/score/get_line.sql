-- grain: one row per line: none or one
-- reads: score.scorecard_line
-- writes: nothing
select
    scorecard_id,
    kpi_id,
    numerator,
    denominator,
    excluded
from score.scorecard_line
where
    scorecard_id = :scorecard_id
    and kpi_id = :kpi_id
