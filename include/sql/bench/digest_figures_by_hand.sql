-- The same of the figures that one statement counted.
-- grain: one row per figure
-- reads: bench_figure
-- writes: nothing
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
from bench_figure
group by kpi_id
order by kpi_id
