-- Addresses are ciphertext. One that several employees have is nobody's own.
-- grain: one row per person scored in a month, of these or of all, after
--   another one
-- reads: score.scorecard, core.employee, core.employee_address
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
)

select
    scored.employee_no,
    employee.name as employee_name,
    address.email_cipher,
    address.is_shared
from scored
inner join core.employee on scored.employee_no = employee.employee_no
inner join core.employee_address as address
    on scored.employee_no = address.employee_no
order by scored.employee_no
