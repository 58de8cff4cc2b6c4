-- The lines that a line stands on, through as many as there are: a total on its
-- items, these on their figures. Of each what it is and whether rows stand
-- behind it itself.
-- grain: one row per line behind and way to it, a line before what it stands on
-- reads: score.evidence, score.scorecard_line
-- writes: nothing
with recursive
behind as (
    select
        cast(:scorecard_id as text) as scorecard_id,
        cast(:kpi_id as text) as kpi_id,
        false as is_numerator,
        false as is_excluded,
        cast(null as text) as reason,
        0 as depth,
        cast('{}' as text[]) as way
    union all
    select
        regexp_replace(proof.row_key, '\|[^|]*$', '') as scorecard_id,
        substring(proof.row_key from '[^|]*$') as kpi_id,
        proof.is_numerator,
        proof.is_excluded,
        proof.reason,
        behind.depth + 1 as depth,
        behind.way || proof.row_key as way
    from behind
    inner join score.evidence as proof
        on
            behind.scorecard_id = proof.scorecard_id
            and behind.kpi_id = proof.kpi_id
    where
        proof.row_kind = 'scorecard_line'
        and proof.row_key <> all(behind.way)
)

select
    behind.scorecard_id,
    behind.kpi_id,
    behind.is_numerator,
    behind.is_excluded,
    behind.reason,
    behind.depth,
    line.numerator,
    line.denominator,
    line.excluded,
    line.value,
    line.unit,
    line.points,
    line.weight,
    exists(
        select 1
        from score.evidence as proof
        where
            behind.scorecard_id = proof.scorecard_id
            and behind.kpi_id = proof.kpi_id
            and proof.row_kind <> 'scorecard_line'
    ) as has_rows
from behind
inner join score.scorecard_line as line
    on
        behind.scorecard_id = line.scorecard_id
        and behind.kpi_id = line.kpi_id
where behind.depth > 0
order by behind.way
