-- Places among all people of a post in the group, as rewards rank them:
-- somebody's answers at all stores together, without scorecards on trial; equal
-- shares have the better place. Each scorecard of a person has that place.
-- grain: one row per scorecard that is ranked, of one store or of some people
-- reads: score.scorecard, score.scorecard_line
-- writes: nothing
with cards as (
    select
        card.scorecard_id,
        card.role,
        card.store_code,
        card.employee_no,
        line.numerator,
        line.denominator
    from score.scorecard as card
    inner join score.scorecard_line as line
        on card.scorecard_id = line.scorecard_id
    where
        card.month = :month -- noqa: RF02
        and not card.is_trial
        and line.kpi_id = :kpi_id -- noqa: RF02
        and line.value is not null
),

people as (
    select
        role,
        employee_no,
        sum(numerator) / sum(denominator) as value
    from cards
    group by role, employee_no
    having sum(denominator) >= greatest(:minimum_n, 1)
),

ranked as (
    select
        role,
        employee_no,
        rank() over (partition by role order by value desc) as place,
        count(*) over (partition by role) as ranked
    from people
)

select
    cards.scorecard_id,
    ranked.place,
    ranked.ranked
from cards
inner join ranked
    on
        cards.role = ranked.role
        and cards.employee_no = ranked.employee_no
where
    cards.store_code = :store_code -- noqa: RF02
    or cards.employee_no = any(cast(:employee_nos as text[])) -- noqa: RF02
order by cards.scorecard_id
