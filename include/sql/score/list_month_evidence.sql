-- Rows of counted figures; a coefficient stands on the rows of its figure. A
-- store's rows are those of one of the scorecards that show its figure. At most
-- `most` rows, and `only_uncounted` leaves out those that counted.
-- grain: one row per line and counted row of a month
-- reads: score.counted_line, score.evidence
-- writes: nothing
with counted_lines as (
    select distinct on (kpi_id, counted_for)
        scorecard_id,
        kpi_id,
        credit
    from score.counted_line
    where
        month = :month
        and coefficient is null
        and policy_line not like '%/scoring/%'
    order by kpi_id, counted_for, scorecard_id
)

select
    evidence.scorecard_id,
    evidence.kpi_id,
    evidence.row_kind,
    evidence.row_key,
    evidence.is_numerator,
    evidence.is_excluded,
    evidence.reason,
    counted_lines.credit
from score.evidence
inner join counted_lines
    on
        evidence.scorecard_id = counted_lines.scorecard_id
        and evidence.kpi_id = counted_lines.kpi_id
where
    not :only_uncounted -- noqa: RF02
    or evidence.is_excluded
    or not evidence.is_numerator
order by
    evidence.scorecard_id,
    evidence.kpi_id,
    evidence.is_excluded,
    evidence.is_numerator,
    evidence.row_key
limit :most
