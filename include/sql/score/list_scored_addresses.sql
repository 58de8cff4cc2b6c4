-- Addresses are ciphertext. One that several employees have is nobody's own.
-- grain: one row per person scored in a month, after another one; of these
--   people, or of all where none are named
-- reads: score.scorecard, core.employee
-- writes: nothing
with scored as (
    select distinct card.employee_no
    from score.scorecard as card
    where
        card.month = :month
        and card.employee_no > :after
        and card.employee_no
        = any(coalesce(cast(:employee_nos as text[]), array[card.employee_no]))
    order by card.employee_no
    limit :most
)

select
    scored.employee_no,
    employee.name as employee_name,
    employee.email_cipher,
    exists (
        select 1
        from core.employee as other
        where
            other.email_hash = employee.email_hash
            and other.employee_no <> employee.employee_no
    ) as is_shared
from scored
inner join core.employee on scored.employee_no = employee.employee_no
order by scored.employee_no
