-- Objections that wait for an answer, and answers, that the employee was not
-- told by mail yet; of one that is answered already nobody is told that it was
-- received. Addresses are ciphertext; one that several employees have is
-- nobody's own. What was held back because statements were off stays so.
-- grain: one row per mail
-- reads: score.objection, score.decision, score.publication, core.employee,
--   core.store, outbound.mail
-- writes: nothing
with
shared as (
    select email_hash
    from core.employee
    where email_hash is not null
    group by email_hash
    having count(*) > 1
),

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
    employee.email_cipher,
    split_part(keyed.scorecard_id, '.', 2) as role,
    shared.email_hash is not null as is_shared,
    (
        select decision.decision
        from score.decision
        where decision.proposal_id = keyed.proposal_id
        order by decision.decision_id desc
        limit 1
    ) as decision
from keyed
inner join core.employee on keyed.employee_no = employee.employee_no
inner join core.store on keyed.store_code = store.store_code
left join score.publication on keyed.month = publication.month
left join shared on employee.email_hash = shared.email_hash
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
