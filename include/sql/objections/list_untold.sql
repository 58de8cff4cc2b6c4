-- Objections that wait for an answer, and answers, that the employee was not
-- told by mail yet; of one that is answered already nobody is told that it was
-- received. Addresses are ciphertext; one that several employees have is
-- nobody's own. What was held back because statements were off stays so.
-- grain: one row per mail
-- reads: score.objection, score.standing_decision, score.publication,
--   core.employee, core.employee_address, core.store, outbound.mail
-- writes: nothing
with
wanted as (
    select
        objection.*,
        case objection.state when 'open' then 'receipt' else 'answer' end
            as told
    from score.objection
    where
        case objection.state
            when 'open' then objection.tells_receipt
            else objection.tells_answer
        end
),

keyed as (
    select
        wanted.*,
        'objections/' || wanted.objection_id || '/employee/' || wanted.told
            as report_key
    from wanted
)

select
    keyed.report_key,
    keyed.objection_id,
    keyed.told,
    keyed.month,
    keyed.employee_no,
    employee.name as employee_name,
    keyed.store_code,
    store.name as store_name,
    keyed.scorecard_id,
    keyed.kpi_id,
    keyed.proposal_id,
    keyed.words,
    keyed.raised_on,
    keyed.due_on,
    keyed.state,
    keyed.answer,
    keyed.answered_on,
    publication.published_at,
    publication.tells_employees,
    address.email_cipher,
    address.is_shared,
    standing.decision,
    split_part(keyed.scorecard_id, '.', 2) as role
from keyed
inner join core.employee on keyed.employee_no = employee.employee_no
inner join core.store on keyed.store_code = store.store_code
left join score.publication on keyed.month = publication.month
inner join core.employee_address as address
    on keyed.employee_no = address.employee_no
left join score.standing_decision as standing
    on keyed.proposal_id = standing.proposal_id
where
    not exists (
        select 1
        from outbound.mail
        where
            mail.report_key = keyed.report_key
            and (
                mail.state in ('sent', 'unknown')
                or mail.reason = 'statements_off'
            )
    )
order by keyed.objection_id
