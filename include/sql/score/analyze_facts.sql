-- What was counted, and who is scored: else whatever joins them is planned for
-- a handful of rows.
-- grain: nothing
-- reads: pg_temp.kpi_fact, pg_temp.new_scorecard
-- writes: nothing
analyze kpi_fact, new_scorecard
