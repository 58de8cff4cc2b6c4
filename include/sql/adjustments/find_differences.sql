-- Lines of a published month that would be others now. Of a line that was not
-- issued, only one of a figure that others of the post were issued: what the
-- month was not scored by is no correction.
-- grain: one row per line that differs, for the length of a transaction
-- reads: score.scorecard, score.scorecard_line, pg_temp.new_line,
--   pg_temp.new_scorecard
-- writes: pg_temp.line_difference
create temporary table line_difference on commit drop as
with
issued as (
    select
        scorecard.role,
        scorecard.employee_no,
        scorecard.store_code,
        scorecard_line.*
    from score.scorecard
    inner join score.scorecard_line
        on scorecard.scorecard_id = scorecard_line.scorecard_id
    where scorecard.month = :month -- noqa: RF02
),

expected as (
    select
        new_scorecard.role,
        new_scorecard.employee_no,
        new_scorecard.store_code,
        new_line.*
    from new_line
    inner join new_scorecard
        on new_line.scorecard_id = new_scorecard.scorecard_id
),

scored_by as (
    select distinct
        role,
        kpi_id
    from issued
)

select
    coalesce(issued.scorecard_id, expected.scorecard_id) as scorecard_id,
    coalesce(issued.kpi_id, expected.kpi_id) as kpi_id,
    coalesce(issued.employee_no, expected.employee_no) as employee_no,
    coalesce(issued.store_code, expected.store_code) as store_code,
    coalesce(issued.credit, expected.credit) as credit,
    coalesce(issued.unit, expected.unit) as unit,
    issued.numerator as old_numerator,
    issued.denominator as old_denominator,
    issued.excluded as old_excluded,
    issued.value as old_value,
    issued.points as old_points,
    expected.numerator as new_numerator,
    expected.denominator as new_denominator,
    expected.excluded as new_excluded,
    expected.value as new_value,
    expected.points as new_points
from issued
full join expected
    on
        issued.scorecard_id = expected.scorecard_id
        and issued.kpi_id = expected.kpi_id
left join scored_by
    on
        expected.role = scored_by.role
        and expected.kpi_id = scored_by.kpi_id
where
    (issued.scorecard_id is not null or scored_by.kpi_id is not null)
    and (
        issued.numerator,
        issued.denominator,
        issued.excluded,
        issued.value,
        issued.points
    ) is distinct from (
        expected.numerator,
        expected.denominator,
        expected.excluded,
        expected.value,
        expected.points
    )
