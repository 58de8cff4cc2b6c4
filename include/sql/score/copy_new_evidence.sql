-- A line that reads another KPI's figure stands on the same rows.
-- grain: one row per line and counted row
-- reads: pg_temp.new_evidence, pg_temp.new_line
-- writes: pg_temp.new_evidence
with
readers as (
    select
        scorecard_id,
        kpi_id
    from new_line
    where kpi_id = :kpi
),

read_rows as (
    select
        scorecard_id,
        row_kind,
        row_key,
        is_numerator,
        is_excluded,
        reason
    from new_evidence
    where kpi_id = :source_kpi
)

insert into new_evidence (
    scorecard_id,
    kpi_id,
    row_kind,
    row_key,
    is_numerator,
    is_excluded,
    reason
)
select
    readers.scorecard_id,
    readers.kpi_id,
    read_rows.row_kind,
    read_rows.row_key,
    read_rows.is_numerator,
    read_rows.is_excluded,
    read_rows.reason
from readers
inner join read_rows on readers.scorecard_id = read_rows.scorecard_id
