-- Tells two outcomes of a month's eight figures apart: by figure, its counts,
-- those of a store once.
-- grain: one row per figure
-- reads: score.scorecard, score.scorecard_line
-- writes: nothing
with figures as (
    select distinct
        lines.kpi_id,
        lines.numerator,
        lines.denominator,
        lines.excluded,
        case lines.credit
            when 'store' then cards.store_code
            else cards.employee_no
        end as whose
    from score.scorecard as cards
    inner join score.scorecard_line as lines
        on cards.scorecard_id = lines.scorecard_id
    where
        cards.month = :month -- noqa: RF02
        and split_part(lines.policy_line, '/', 2) = 'kpis'
        and lines.numerator + lines.denominator + lines.excluded > 0
)

select
    kpi_id,
    count(*) as figures,
    sum(
        hashtextextended(
            concat_ws(
                '|',
                whose,
                cast(numerator as integer),
                cast(denominator as integer),
                cast(excluded as integer)
            ),
            0
        )
    ) as digest
from figures
group by kpi_id
order by kpi_id
