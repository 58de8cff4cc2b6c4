-- Rows of counted figures; a coefficient stands on the rows of its figure. A
-- store's rows are those of one of the scorecards that show its figure.
-- grain: one row per line and counted row of a month
-- reads: score.scorecard, score.scorecard_line, score.evidence
-- writes: nothing
with
month_cards as (
    select
        scorecard_id,
        store_code
    from score.scorecard
    where month = :month
),

counted_lines as (
    select distinct on (
        scorecard_line.kpi_id,
        case
            when scorecard_line.credit = 'store' then month_cards.store_code
            else month_cards.scorecard_id
        end
    )
        scorecard_line.scorecard_id,
        scorecard_line.kpi_id,
        scorecard_line.credit
    from score.scorecard_line
    inner join month_cards
        on scorecard_line.scorecard_id = month_cards.scorecard_id
    where
        scorecard_line.coefficient is null
        and scorecard_line.policy_line not like '%/scoring/%'
    order by
        scorecard_line.kpi_id,
        case
            when scorecard_line.credit = 'store' then month_cards.store_code
            else month_cards.scorecard_id
        end,
        scorecard_line.scorecard_id
)

select
    evidence.scorecard_id,
    evidence.kpi_id,
    evidence.row_kind,
    evidence.row_key,
    evidence.is_numerator,
    evidence.is_excluded,
    evidence.reason,
    counted_lines.credit
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
