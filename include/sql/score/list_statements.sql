-- What became of each person's statement: the mail that went out or is about
-- to, else the newest one that did not.
-- grain: one row per person scored in a month
-- reads: score.scorecard, core.employee, outbound.mail
-- writes: nothing
with
people as (
    select
        card.employee_no,
        string_agg(distinct card.store_code, ', ') as store_codes
    from score.scorecard as card
    where card.month = :month
    group by card.employee_no
)

select
    people.employee_no,
    employee.name as employee_name,
    people.store_codes,
    mail.state,
    mail.reason,
    mail.recipient_masked
from people
inner join core.employee on people.employee_no = employee.employee_no
left join lateral (
    select
        m.state,
        m.reason,
        m.recipient_masked
    from outbound.mail as m
    where m.report_key = :report_key || '/' || people.employee_no
    order by
        m.state in ('suppressed', 'failed'),
        m.mail_id desc
    limit 1
) as mail on true
order by people.employee_no
