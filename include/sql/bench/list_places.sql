-- The place of each person who is ranked.
-- grain: one row per person
-- reads: bench_figure
-- writes: nothing
select
    whose,
    place
from bench_figure
where place is not null and kpi_id = 'satisfied_share'
