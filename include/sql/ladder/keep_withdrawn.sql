-- grain: one row: an undecided proposal as it stood, about to be withdrawn
-- reads: score.sanction_proposal, score.proposal_evidence
-- writes: score.withdrawn_step
insert into score.withdrawn_step (
    proposal_id,
    month,
    employee_no,
    store_code,
    step,
    rule_id,
    reason,
    policy_line,
    rows_behind,
    overturned,
    instead,
    words
)
select
    sanction_proposal.proposal_id,
    sanction_proposal.month,
    sanction_proposal.employee_no,
    sanction_proposal.store_code,
    sanction_proposal.step,
    sanction_proposal.rule_id,
    sanction_proposal.reason,
    sanction_proposal.policy_line,
    coalesce(
        (
            select
                jsonb_agg(
                    jsonb_build_array(behind.row_kind, behind.row_key)
                    order by behind.row_kind, behind.row_key
                )
            from score.proposal_evidence as behind
            where behind.proposal_id = sanction_proposal.proposal_id
        ),
        cast('[]' as jsonb)
    ) as rows_behind,
    cast(:overturned as text[]) as overturned, -- noqa: RF02
    cast(:instead as text) as instead, -- noqa: RF02
    cast(:words as text) as words -- noqa: RF02
from score.sanction_proposal
where sanction_proposal.proposal_id = :proposal_id -- noqa: RF02
