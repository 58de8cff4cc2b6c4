-- Writes each difference that has no adjustment yet beside the issued line,
-- with the rows that make it, the documents of their vehicles that came late,
-- and the objection that was upheld, if there is one. Rows that came late stand
-- first; a document is no row and not counted as one.
-- grain: one row per new adjustment
-- reads: pg_temp.line_difference, pg_temp.row_difference,
--   pg_temp.late_document, score.objection
-- writes: score.adjustment
with
fresh as (
    select line_difference.*
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

named as (
    select
        scorecard_id,
        kpi_id,
        change,
        row_kind,
        row_key,
        true as is_row
    from row_difference
    union all
    select
        scorecard_id,
        kpi_id,
        'late' as change,
        document_kind as row_kind,
        document_key as row_key,
        false as is_row
    from late_document
),

behind as (
    select
        scorecard_id,
        kpi_id,
        count(*) filter (where is_row) as row_count,
        jsonb_agg(
            jsonb_build_array(change, row_kind, row_key)
            order by
                array_position(
                    cast('{came,left,changed,late}' as text[]), change
                ),
                row_kind,
                row_key
        ) as rows_behind
    from named
    group by scorecard_id, kpi_id
),

upheld as (
    select
        scorecard_id,
        kpi_id,
        max(objection_id) as objection_id
    from score.objection
    where
        state = 'upheld'
        and kpi_id is not null
    group by scorecard_id, kpi_id
)

insert into score.adjustment (
    month,
    scorecard_id,
    kpi_id,
    employee_no,
    store_code,
    credit,
    unit,
    old_numerator,
    old_denominator,
    old_excluded,
    old_value,
    old_points,
    new_numerator,
    new_denominator,
    new_excluded,
    new_value,
    new_points,
    rows_behind,
    row_count,
    objection_id,
    noticed_on
)
select
    cast(:month as text) as month, -- noqa: RF02
    fresh.scorecard_id,
    fresh.kpi_id,
    fresh.employee_no,
    fresh.store_code,
    fresh.credit,
    fresh.unit,
    fresh.old_numerator,
    fresh.old_denominator,
    fresh.old_excluded,
    fresh.old_value,
    fresh.old_points,
    fresh.new_numerator,
    fresh.new_denominator,
    fresh.new_excluded,
    fresh.new_value,
    fresh.new_points,
    coalesce(behind.rows_behind, cast('[]' as jsonb)) as rows_behind,
    coalesce(behind.row_count, 0) as row_count,
    upheld.objection_id,
    cast(:today as date) as noticed_on -- noqa: RF02
from fresh
left join behind
    on
        fresh.scorecard_id = behind.scorecard_id
        and fresh.kpi_id = behind.kpi_id
left join upheld
    on
        fresh.scorecard_id = upheld.scorecard_id
        and fresh.kpi_id = upheld.kpi_id
order by fresh.scorecard_id, fresh.kpi_id
