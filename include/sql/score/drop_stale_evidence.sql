-- grain: one row per row that no longer stands behind a line
-- reads: pg_temp.new_evidence, score.scorecard
-- writes: score.evidence
delete from score.evidence
using score.scorecard
where
    scorecard.scorecard_id = evidence.scorecard_id
    and scorecard.month = :month
    and not exists (
        select 1
        from new_evidence
        where
            new_evidence.scorecard_id = evidence.scorecard_id
            and new_evidence.kpi_id = evidence.kpi_id
            and new_evidence.row_kind = evidence.row_kind
            and new_evidence.row_key = evidence.row_key
    )
