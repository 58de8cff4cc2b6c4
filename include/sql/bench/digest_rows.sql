-- Tells two outcomes of what a month's figures stand on apart, each row once.
-- grain: one row per figure
-- reads: score.evidence, score.scorecard
-- writes: nothing
with known as (
    select distinct
        evidence.kpi_id,
        evidence.row_key,
        evidence.is_numerator,
        evidence.is_excluded
    from score.evidence
    inner join score.scorecard as cards
        on evidence.scorecard_id = cards.scorecard_id
    where cards.month = :month -- noqa: RF02
)

select
    kpi_id,
    count(*) as figures,
    sum(
        hashtextextended(
            concat_ws('|', row_key, is_numerator, is_excluded), 0
        )
    ) as digest
from known
group by kpi_id
order by kpi_id
