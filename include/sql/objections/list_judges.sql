-- Who does not answer an objection: who raised it, who decided the proposal
-- that it is about, and who rated what the line objected to stands on, also by
-- way of other lines. `name` is a login, or of a rater an employee number.
-- grain: one row per part and name
-- reads: score.objection, score.decision, score.evidence, core.rating
-- writes: nothing
with recursive
asked as (
    select
        scorecard_id,
        kpi_id,
        proposal_id,
        raised_by
    from score.objection
    where objection_id = :objection_id
),

lines as (
    select
        asked.scorecard_id,
        asked.kpi_id
    from asked
    where asked.kpi_id is not null
    union distinct
    select
        split_part(evidence.row_key, '|', 1) as scorecard_id,
        split_part(evidence.row_key, '|', 2) as kpi_id
    from lines
    inner join score.evidence
        on
            lines.scorecard_id = evidence.scorecard_id
            and lines.kpi_id = evidence.kpi_id
    where evidence.row_kind = 'scorecard_line'
)

select
    'raised' as part,
    asked.raised_by as name
from asked
union distinct
select
    'decided' as part,
    decision.decided_by as name
from asked
inner join score.decision on asked.proposal_id = decision.proposal_id
union distinct
select
    'rated' as part,
    rating.rater_no as name
from lines
inner join score.evidence
    on
        lines.scorecard_id = evidence.scorecard_id
        and lines.kpi_id = evidence.kpi_id
inner join core.rating
    on
        concat_ws(
            '|', rating.store_code, rating.employee_no, rating.month,
            rating.item
        ) = evidence.row_key
where evidence.row_kind = 'rating'
order by part, name
