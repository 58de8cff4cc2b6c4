-- Complaints about somebody that were upheld and may count for the month: those
-- received in it and upheld by its closing day, those received before and
-- upheld in it, and those of a month that was settled (published, or decided
-- on) before anybody told us of them. Which of these were too late for their
-- own month, its closing day says. None is taken that an earlier month or a
-- settled one counted, or on which a step of such a month stands; a later month
-- that is open gives it up, whichever of the two was scored first. A month that
-- is settled itself takes no more than it has: `is_kept`. For a fault of the
-- product nobody here answers: `is_product`. One that nobody is named for is
-- nobody's; one that was deleted is none.
-- grain: one row per complaint
-- reads: core.complaint, score.counted_complaint, score.proposal_evidence,
--   score.sanction_proposal, score.decision, score.publication
-- writes: nothing
with
settled as (
    select month
    from score.publication
    union distinct
    select sanction_proposal.month
    from score.decision
    inner join score.sanction_proposal
        on decision.proposal_id = sanction_proposal.proposal_id
),

counted as (
    select
        month,
        row_key
    from score.counted_complaint
    union distinct
    select
        sanction_proposal.month,
        proposal_evidence.row_key
    from score.proposal_evidence
    inner join score.sanction_proposal
        on proposal_evidence.proposal_id = sanction_proposal.proposal_id
    where
        proposal_evidence.row_kind = 'complaint'
        and sanction_proposal.kind = 'sanction'
),

taken as (
    select distinct counted.row_key
    from counted
    left join settled on counted.month = settled.month
    where
        counted.month < :month -- noqa: RF02
        or (
            counted.month > :month -- noqa: RF02
            and settled.month is not null
        )
),

own_count as (
    select row_key
    from score.counted_complaint
    where month = :month -- noqa: RF02
),

upheld as (
    select
        received_on,
        owner_no as employee_no,
        cast(timezone(:time_zone, closed_at) as date) as closed_on,
        store_code || '|' || complaint_no as row_key,
        coalesce(cause = 'product', false) as is_product
    from core.complaint
    where
        verdict = 'upheld'
        and not is_vanished
        and owner_no is not null
)

select
    upheld.employee_no,
    upheld.received_on,
    upheld.closed_on,
    upheld.is_product,
    upheld.row_key,
    of_receipt.month is not null as is_received_settled,
    of_closing.month is not null as is_closed_settled,
    own_count.row_key is not null as is_kept,
    of_month.month is null or own_count.row_key is not null as may_be_late
from upheld
left join settled as of_receipt
    on to_char(upheld.received_on, 'YYYY-MM') = of_receipt.month
left join settled as of_closing
    on to_char(upheld.closed_on, 'YYYY-MM') = of_closing.month
left join settled as of_month on of_month.month = :month -- noqa: RF02
left join own_count on upheld.row_key = own_count.row_key
left join taken on upheld.row_key = taken.row_key
where
    (
        upheld.received_on between :first_day and :last_day -- noqa: RF02
        and (
            upheld.closed_on is null
            or upheld.closed_on <= :closing_on -- noqa: RF02
        )
    )
    or (
        upheld.received_on < :first_day -- noqa: RF02
        and (
            upheld.closed_on is null
            or upheld.closed_on <= :last_day -- noqa: RF02
        )
        and taken.row_key is null
    )
order by upheld.employee_no, upheld.row_key
