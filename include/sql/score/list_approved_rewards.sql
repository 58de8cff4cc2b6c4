-- Rewards that a person approved; the newest decision counts. One that stands
-- on a figure to which an objection was upheld is none.
-- grain: one row per reward of these months
-- reads: score.sanction_proposal, score.standing_decision,
--   score.proposal_objection, core.employee, core.store
-- writes: nothing
with
rewards as (
    select *
    from score.sanction_proposal
    where
        kind = 'reward'
        and month = any(:months)
)

select
    rewards.proposal_id,
    rewards.month,
    rewards.step,
    rewards.store_code,
    standing.decided_by,
    coalesce(rewards.employee_no, '') as employee_no,
    coalesce(employee.name, store.name) as employee_name
from rewards
inner join score.standing_decision as standing
    on rewards.proposal_id = standing.proposal_id
inner join core.store on rewards.store_code = store.store_code
left join core.employee
    on rewards.employee_no = employee.employee_no
where
    standing.decision = 'approve'
    and not exists (
        select 1
        from score.proposal_objection
        where
            proposal_objection.proposal_id = rewards.proposal_id
            and proposal_objection.state = 'upheld'
    )
order by coalesce(rewards.employee_no, ''), rewards.proposal_id
