-- Addresses are ciphertext. One that several employees have is nobody's own.
-- grain: one row per person scored in a month, of these or of all, after
--   another one
-- reads: score.scorecard, core.employee
-- writes: nothing
with
scored as (
    select distinct card.employee_no
    from score.scorecard as card
    where
        card.month = :month
        and card.employee_no > :last_no
        and (
            cast(:is_all as boolean)
            or card.employee_no = any(cast(:employee_nos as text[]))
        )
    order by card.employee_no
    limit :most
),

shared as (
    select email_hash
    from core.employee
    where email_hash is not null
    group by email_hash
    having count(*) > 1
)

select
    scored.employee_no,
    employee.name as employee_name,
    employee.email_cipher,
    shared.email_hash is not null as is_shared
from scored
inner join core.employee on scored.employee_no = employee.employee_no
left join shared on employee.email_hash = shared.email_hash
order by scored.employee_no
