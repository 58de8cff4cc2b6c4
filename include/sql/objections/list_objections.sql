-- Objections of a month, or of all for an empty month, with the proposals that
-- they touch.
-- grain: one row per objection
-- reads: score.objection, score.proposal_objection, core.employee, core.store
-- writes: nothing
with
touched as (
    select
        objection_id,
        array_agg(proposal_id order by proposal_id) as proposals
    from score.proposal_objection
    group by objection_id
)

select
    objection.objection_id,
    objection.month,
    objection.employee_no,
    employee.name as employee_name,
    objection.store_code,
    store.name as store_name,
    objection.scorecard_id,
    objection.kpi_id,
    objection.proposal_id,
    objection.numerator,
    objection.denominator,
    objection.value,
    objection.points,
    objection.words,
    objection.raised_by,
    objection.raised_on,
    objection.due_on,
    objection.state,
    objection.answer,
    objection.answered_by,
    objection.answered_on,
    coalesce(touched.proposals, cast('{}' as text[])) as proposals
from score.objection
inner join core.employee on objection.employee_no = employee.employee_no
inner join core.store on objection.store_code = store.store_code
left join touched on objection.objection_id = touched.objection_id
where
    objection.month = cast(:month as text) -- noqa: RF02
    or cast(:month as text) = '' -- noqa: RF02
order by objection.objection_id
