-- Stores' figures over these months; what is the store's counts once a month,
-- whoever shows it. Without scorecards on trial.
-- grain: one row per store and figure with something to count
-- reads: score.counted_line, score.scorecard, score.scorecard_line
-- writes: nothing
with
month_cards as (
    select scorecard_id
    from score.scorecard
    where
        month = any(:months)
        and not is_trial
),

counted as (
    select distinct on (month, kpi_id, counted_for)
        scorecard_id,
        store_code,
        kpi_id,
        numerator,
        denominator
    from score.counted_line
    where
        month = any(:months)
        and kpi_id = any(:kpis)
        and scorecard_id in (select month_cards.scorecard_id from month_cards)
    order by month, kpi_id, counted_for, scorecard_id
)

select
    counted.store_code,
    counted.kpi_id,
    min(score_lines.direction) as direction,
    sum(counted.numerator) as numerator,
    sum(counted.denominator) as denominator,
    array_agg(
        counted.scorecard_id
        order by counted.scorecard_id
    ) as scorecards
from counted
inner join score.scorecard_line as score_lines
    on
        counted.scorecard_id = score_lines.scorecard_id
        and counted.kpi_id = score_lines.kpi_id
where score_lines.value is not null
group by counted.store_code, counted.kpi_id
order by counted.store_code, counted.kpi_id
