-- A store's figure stands on several scorecards and is told once.
-- grain: one row per line of a KPI, or per store where it is the store's
-- reads: score.counted_line
-- writes: nothing
with lines as (
    select distinct on (counted_for)
        scorecard_id,
        numerator,
        denominator,
        excluded,
        credit
    from score.counted_line
    where
        month = :month
        and (employee_no = :employee_no or :employee_no = 'all')
        and kpi_id = :kpi_id
    order by counted_for, scorecard_id
)

select
    scorecard_id,
    numerator,
    denominator,
    excluded,
    credit
from lines
order by scorecard_id
