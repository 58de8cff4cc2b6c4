-- grain: one row
-- reads: pg_temp.new_scorecard, pg_temp.new_line, pg_temp.new_evidence
-- writes: nothing
select
    (select count(*) from new_scorecard) as scorecards,
    (
        select count(*) from new_scorecard
        where is_trial
    ) as trial,
    (select count(*) from new_line) as line_rows,
    (select count(*) from new_evidence) as evidence
