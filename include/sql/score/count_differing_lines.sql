-- Lines that would be different if the month were not frozen.
-- grain: one row
-- reads: pg_temp.new_line, score.scorecard, score.scorecard_line
-- writes: nothing
with
month_cards as (
    select scorecard_id
    from score.scorecard
    where month = :month
),

kept as (
    select *
    from score.scorecard_line
    where
        scorecard_id in (
            select month_cards.scorecard_id from month_cards
        )
)

select count(*) as differs
from kept
full join new_line
    on
        kept.scorecard_id = new_line.scorecard_id
        and kept.kpi_id = new_line.kpi_id
where kept.* is distinct from new_line.*
