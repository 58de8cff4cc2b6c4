-- A reward of a team is its store's: it has no employee, and the store's name.
-- `overturned` are the overturned steps behind a step or referral that stands;
-- of an approved one whose own reason is gone it is that one.
-- grain: one row per proposal of a month, or of these ids
-- reads: score.sanction_proposal, score.standing_decision,
--   core.employee, core.store, score.publication, score.unfounded_step,
--   score.overturned_step
-- writes: nothing
with
proposals as (
    select *
    from score.sanction_proposal
    where
        month = :month
        or proposal_id = any(:proposals)
),

grounds as (
    select
        proposal_id,
        jsonb_agg(
            jsonb_build_array(row_kind, row_key)
            order by row_kind, row_key
        ) as rows_behind
    from score.proposal_evidence
    where proposal_id in (select proposals.proposal_id from proposals)
    group by proposal_id
),

unfounded as (
    select
        proposal_id,
        array_agg(overturned_id order by overturned_id) as overturned
    from score.unfounded_step
    group by proposal_id
)

select
    proposals.proposal_id,
    proposals.kind,
    proposals.month,
    proposals.store_code,
    store.name as store_name,
    proposals.step,
    proposals.rule_id,
    proposals.reason,
    proposals.correct_by,
    proposals.correct_within,
    proposals.policy_line,
    proposals.scorecard_id,
    proposals.rank_no,
    proposals.ranked,
    standing.decision,
    standing.comment as remark,
    standing.decided_by,
    standing.decided_at,
    publication.published_at,
    coalesce(proposals.employee_no, '') as employee_no,
    coalesce(employee.name, store.name) as employee_name,
    coalesce(grounds.rows_behind, cast('[]' as jsonb)) as rows_behind,
    case
        when
            overturned_step.is_lapsed
            and overturned_step.objection_id is null
            and standing.decision = 'approve'
            then array[proposals.proposal_id]
        when
            unfounded.overturned is null
            or standing.decision = 'reject'
            or overturned_step.proposal_id is not null
            then cast('{}' as text[])
        else unfounded.overturned
    end as overturned
from proposals
left join core.employee
    on proposals.employee_no = employee.employee_no
inner join core.store on proposals.store_code = store.store_code
left join score.standing_decision as standing
    on proposals.proposal_id = standing.proposal_id
left join grounds on proposals.proposal_id = grounds.proposal_id
left join unfounded on proposals.proposal_id = unfounded.proposal_id
left join score.overturned_step
    on proposals.proposal_id = overturned_step.proposal_id
left join score.publication on proposals.month = publication.month
order by proposals.proposal_id
