-- grain: one row per new or changed row behind a line
-- reads: pg_temp.new_evidence
-- writes: score.evidence
insert into score.evidence as kept (
    scorecard_id,
    kpi_id,
    row_kind,
    row_key,
    is_numerator,
    is_excluded,
    reason
)
select
    scorecard_id,
    kpi_id,
    row_kind,
    row_key,
    is_numerator,
    is_excluded,
    reason
from new_evidence
order by scorecard_id, kpi_id, row_kind, row_key
on conflict (scorecard_id, kpi_id, row_kind, row_key) do update
    set
        is_numerator = excluded.is_numerator,
        is_excluded = excluded.is_excluded,
        reason = excluded.reason
    where kept.* is distinct from excluded.*
