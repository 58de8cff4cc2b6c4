-- Rows of counted figures; a coefficient stands on the rows of its figure.
-- grain: one row per line and counted row of a month
-- reads: score.scorecard, score.scorecard_line, score.evidence
-- writes: nothing
with
month_cards as (
    select scorecard_id
    from score.scorecard
    where month = :month
),

counted_lines as (
    select
        scorecard_id,
        kpi_id
    from score.scorecard_line
    where
        coefficient is null
        and policy_line not like '%/scoring/%'
        and scorecard_id in (
            select month_cards.scorecard_id from month_cards
        )
)

select
    evidence.scorecard_id,
    evidence.kpi_id,
    evidence.row_kind,
    evidence.row_key,
    evidence.is_numerator,
    evidence.is_excluded,
    evidence.reason
from score.evidence
inner join counted_lines
    on
        evidence.scorecard_id = counted_lines.scorecard_id
        and evidence.kpi_id = counted_lines.kpi_id
order by
    evidence.scorecard_id,
    evidence.kpi_id,
    evidence.is_excluded,
    evidence.is_numerator,
    evidence.row_key
