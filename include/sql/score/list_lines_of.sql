-- A store's figure stands on several scorecards and is told once.
-- grain: one row per line of a KPI, or per store where it is the store's
-- reads: score.counted_line, score.scorecard
-- writes: nothing
with lines as (
    select distinct on (line.counted_for)
        line.scorecard_id,
        card.role,
        card.employee_no,
        card.store_code,
        line.numerator,
        line.denominator,
        line.excluded,
        line.credit,
        line.policy_line
    from score.counted_line as line
    inner join score.scorecard as card
        on line.scorecard_id = card.scorecard_id
    where
        line.month = :month -- noqa: RF02
        and line.kpi_id = :kpi_id -- noqa: RF02
        and (
            cast(:employee_no as text) is null -- noqa: RF02
            or line.employee_no = :employee_no -- noqa: RF02
        )
        and (
            cast(:store_code as text) is null -- noqa: RF02
            or line.store_code = :store_code -- noqa: RF02
        )
    order by line.counted_for, line.scorecard_id
)

select
    scorecard_id,
    role,
    employee_no,
    store_code,
    numerator,
    denominator,
    excluded,
    credit,
    policy_line
from lines
order by role, scorecard_id
