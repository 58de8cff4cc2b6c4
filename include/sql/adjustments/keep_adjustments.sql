-- Writes each difference that has no adjustment yet beside the issued line,
-- with the rows that make it and the objection that was upheld, if there is
-- one. What came late stands first.
-- grain: one row per new adjustment
-- reads: pg_temp.line_difference, pg_temp.new_evidence, score.evidence,
--   score.objection
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
),

row_differences as (
    select
        coalesce(issued_rows.scorecard_id, rows_now.scorecard_id)
            as scorecard_id,
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
),

numbered as (
    select
        row_differences.*,
        row_number() over (
            partition by
                row_differences.scorecard_id,
                row_differences.kpi_id
            order by
                array_position(
                    cast('{came,left,changed}' as text[]),
                    row_differences.change
                ),
                row_differences.row_kind,
                row_differences.row_key
        ) as place
    from row_differences
),

behind as (
    select
        scorecard_id,
        kpi_id,
        count(*) as row_count,
        jsonb_agg(jsonb_build_array(change, row_kind, row_key) order by place)
        filter (where place <= :most) as rows_behind
    from numbered
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
