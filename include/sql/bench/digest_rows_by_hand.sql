-- The same of what a statement written by hand kept.
-- grain: one row per figure
-- reads: bench_row
-- writes: nothing
select
    kpi_id,
    count(*) as figures,
    sum(
        hashtextextended(
            concat_ws('|', row_key, is_numerator, is_excluded), 0
        )
    ) as digest
from bench_row
group by kpi_id
order by kpi_id
