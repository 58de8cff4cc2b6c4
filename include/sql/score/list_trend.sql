-- A store's figure stands on several scorecards and counts once.
-- grain: one row per month and figure, over all people
-- reads: score.counted_line
-- writes: nothing
with figures as (
    select distinct on (month, kpi_id, counted_for)
        month,
        kpi_id,
        numerator,
        denominator
    from score.counted_line
    where month = any(:months)
    order by month, kpi_id, counted_for, scorecard_id
)

select
    month,
    kpi_id,
    sum(numerator) as numerator,
    sum(denominator) as denominator
from figures
group by month, kpi_id
order by month, kpi_id
