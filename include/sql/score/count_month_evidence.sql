-- How many rows `list_month_evidence` would list.
-- grain: one row
-- reads: score.counted_line, score.evidence
-- writes: nothing
with counted_lines as (
    select distinct on (kpi_id, counted_for)
        scorecard_id,
        kpi_id
    from score.counted_line
    where
        month = :month
        and coefficient is null
        and policy_line not like '%/scoring/%'
    order by kpi_id, counted_for, scorecard_id
)

select count(*) as evidence_rows
from score.evidence
inner join counted_lines
    on
        evidence.scorecard_id = counted_lines.scorecard_id
        and evidence.kpi_id = counted_lines.kpi_id
