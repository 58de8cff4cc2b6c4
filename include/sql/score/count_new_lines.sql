-- grain: one row per scorecard and KPI with a counted row
-- reads: pg_temp.new_evidence
-- writes: nothing
select
    scorecard_id,
    kpi_id,
    count(*) filter (where is_numerator and not is_excluded) as numerator,
    count(*) filter (where not is_excluded) as denominator,
    count(*) filter (where is_excluded) as excluded
from new_evidence
group by scorecard_id, kpi_id
