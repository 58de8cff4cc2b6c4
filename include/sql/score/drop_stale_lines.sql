-- grain: one row per line that is no longer computed
-- reads: pg_temp.new_line, score.scorecard
-- writes: score.scorecard_line
delete from score.scorecard_line
using score.scorecard
where
    scorecard.scorecard_id = scorecard_line.scorecard_id
    and scorecard.month = :month
    and not exists (
        select 1
        from new_line
        where
            new_line.scorecard_id = scorecard_line.scorecard_id
            and new_line.kpi_id = scorecard_line.kpi_id
    )
