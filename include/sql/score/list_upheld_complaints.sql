-- Complaints about somebody that were upheld and may count for the month: those
-- received in it and upheld by its closing day, and those received before and
-- upheld in it; which of these were too late for their own month, its closing
-- day says; not those on which a step of an earlier month stands. For a fault
-- of the product nobody here answers: `is_product`. One that nobody is named
-- for is nobody's; one that was deleted is none.
-- grain: one row per complaint
-- reads: core.complaint, score.proposal_evidence, score.sanction_proposal
-- writes: nothing
with
upheld as (
    select
        owner_no,
        store_code,
        complaint_no,
        received_on,
        cast(timezone(:time_zone, closed_at) as date) as closed_on,
        coalesce(cause = 'product', false) as is_product
    from core.complaint
    where
        verdict = 'upheld'
        and not is_vanished
        and owner_no is not null
)

select
    owner_no as employee_no,
    received_on,
    closed_on,
    is_product,
    store_code || '|' || complaint_no as row_key
from upheld
where
    (
        received_on between :first_day and :last_day
        and (closed_on is null or closed_on <= :closing_on)
    )
    or (
        received_on < :first_day
        and closed_on between :first_day and :last_day
        and not exists (
            select 1
            from score.proposal_evidence
            inner join score.sanction_proposal
                on
                    proposal_evidence.proposal_id
                    = sanction_proposal.proposal_id
            where
                proposal_evidence.row_kind = 'complaint'
                and proposal_evidence.row_key
                = upheld.store_code || '|' || upheld.complaint_no
                and sanction_proposal.kind = 'sanction'
                and sanction_proposal.month
                < to_char(
                    cast(:first_day as date), 'YYYY-MM' -- noqa: RF02
                )
        )
    )
order by owner_no, store_code, complaint_no
