-- grain: one row per scorecard of somebody who is no longer scored
-- reads: pg_temp.new_scorecard
-- writes: score.scorecard
delete from score.scorecard
where
    month = :month
    and not exists (
        select 1
        from new_scorecard
        where new_scorecard.scorecard_id = scorecard.scorecard_id
    )
