-- Stores' figures over these months; what is the store's counts once a month,
-- whoever shows it. Where a store has a figure of its own, that of somebody who
-- is measured by a plan of their own is not the store's. Without scorecards on
-- trial.
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
        month,
        scorecard_id,
        store_code,
        kpi_id,
        credit,
        numerator,
        denominator
    from score.counted_line
    where
        month = any(:months)
        and kpi_id = any(:kpis)
        and scorecard_id in (select month_cards.scorecard_id from month_cards)
    order by month, kpi_id, counted_for, scorecard_id
),

known as (
    select
        counted.store_code,
        counted.kpi_id,
        counted.scorecard_id,
        counted.numerator,
        counted.denominator,
        score_lines.direction,
        counted.credit = 'store' as is_own,
        bool_or(counted.credit = 'store') over (
            partition by counted.month, counted.kpi_id, counted.store_code
        ) as has_own
    from counted
    inner join score.scorecard_line as score_lines
        on
            counted.scorecard_id = score_lines.scorecard_id
            and counted.kpi_id = score_lines.kpi_id
    where score_lines.value is not null
)

select
    store_code,
    kpi_id,
    min(direction) as direction,
    sum(numerator) as numerator,
    sum(denominator) as denominator,
    array_agg(
        scorecard_id
        order by scorecard_id
    ) as scorecards
from known
where is_own or not has_own
group by store_code, kpi_id
order by store_code, kpi_id
