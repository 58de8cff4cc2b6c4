-- Eleven months before with the same scorecards, so that a year is shown.
-- grain: one row per earlier month and line
-- reads: score.month, score.scorecard, score.scorecard_line
-- writes: score.month, score.scorecard, score.scorecard_line
with earlier as (
    insert into score.month (month, state, policy_digest)
    select
        to_char(
            to_date(known.month, 'YYYY-MM')
            - make_interval(months => numbers.number),
            'YYYY-MM'
        ) as month,
        'closed' as state,
        known.policy_digest
    from score.month as known
    cross join generate_series(1, 11) as numbers (number)
    where known.month = :month
    returning month
),

cards as (
    insert into score.scorecard (
        scorecard_id, month, role, store_code, employee_no, is_trial
    )
    select
        earlier.month || substr(known.scorecard_id, 8) as scorecard_id,
        earlier.month,
        known.role,
        known.store_code,
        known.employee_no,
        known.is_trial
    from earlier
    cross join score.scorecard as known
    returning scorecard_id
)

insert into score.scorecard_line (
    scorecard_id,
    kpi_id,
    rule_id,
    numerator,
    denominator,
    excluded,
    value,
    unit,
    target,
    is_target_met,
    band,
    coefficient,
    points,
    weight,
    note,
    policy_line,
    credit,
    direction
)
select
    cards.scorecard_id,
    known.kpi_id,
    known.rule_id,
    known.numerator,
    known.denominator,
    known.excluded,
    known.value,
    known.unit,
    known.target,
    known.is_target_met,
    known.band,
    known.coefficient,
    known.points,
    known.weight,
    known.note,
    known.policy_line,
    known.credit,
    known.direction
from cards
inner join score.scorecard_line as known
    on
        cast(:month as text) -- noqa: RF02
        || substr(cards.scorecard_id, 8) = known.scorecard_id
