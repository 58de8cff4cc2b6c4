-- The rows that make the differences which have no adjustment yet: those that
-- came, that left, or that count otherwise now.
-- grain: one row per new difference and row, for the length of a transaction
-- reads: pg_temp.line_difference, pg_temp.new_evidence, score.evidence,
--   score.adjustment
-- writes: pg_temp.row_difference
create temporary table row_difference on commit drop as
with
fresh as (
    select
        line_difference.scorecard_id,
        line_difference.kpi_id
    from line_difference
    where
        not exists (
            select 1
            from score.adjustment
            where
                adjustment.scorecard_id = line_difference.scorecard_id
                and adjustment.kpi_id = line_difference.kpi_id
                and adjustment.ended_on is null
        )
),

issued_rows as (
    select evidence.*
    from score.evidence
    inner join fresh
        on
            evidence.scorecard_id = fresh.scorecard_id
            and evidence.kpi_id = fresh.kpi_id
),

rows_now as (
    select new_evidence.*
    from new_evidence
    inner join fresh
        on
            new_evidence.scorecard_id = fresh.scorecard_id
            and new_evidence.kpi_id = fresh.kpi_id
)

select
    coalesce(issued_rows.scorecard_id, rows_now.scorecard_id) as scorecard_id,
    coalesce(issued_rows.kpi_id, rows_now.kpi_id) as kpi_id,
    coalesce(issued_rows.row_kind, rows_now.row_kind) as row_kind,
    coalesce(issued_rows.row_key, rows_now.row_key) as row_key,
    case
        when issued_rows.row_key is null then 'came'
        when rows_now.row_key is null then 'left'
        else 'changed'
    end as change
from issued_rows
full join rows_now
    on
        issued_rows.scorecard_id = rows_now.scorecard_id
        and issued_rows.kpi_id = rows_now.kpi_id
        and issued_rows.row_kind = rows_now.row_kind
        and issued_rows.row_key = rows_now.row_key
where
    (
        issued_rows.is_numerator,
        issued_rows.is_excluded,
        issued_rows.reason
    ) is distinct from (
        rows_now.is_numerator,
        rows_now.is_excluded,
        rows_now.reason
    )
