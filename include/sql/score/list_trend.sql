-- Figures over all people: those of people are added up; a store's figure
-- stands on several scorecards of the store and counts once. Lean, for it reads
-- the lines of a year.
-- grain: one row per month and figure
-- reads: score.scorecard, score.scorecard_line
-- writes: nothing
with figures as (
    select
        card.month,
        line.kpi_id,
        case line.credit
            when 'store' then max(line.numerator) else sum(line.numerator)
        end as numerator,
        case line.credit
            when 'store' then max(line.denominator) else sum(line.denominator)
        end as denominator
    from score.scorecard as card
    inner join score.scorecard_line as line
        on card.scorecard_id = line.scorecard_id
    where
        card.month = any(cast(:months as text[])) -- noqa: RF02
        and line.policy_line like '%/kpis/%'
    group by
        card.month,
        line.kpi_id,
        line.credit,
        case line.credit when 'store' then card.store_code end
)

select
    month,
    kpi_id,
    sum(numerator) as numerator,
    sum(denominator) as denominator
from figures
group by month, kpi_id
order by month, kpi_id
