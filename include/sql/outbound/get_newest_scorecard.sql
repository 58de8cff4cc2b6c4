-- The newest month of a store that a target was told.
-- grain: none or one row
-- reads: outbound.told_scorecard
-- writes: –
select
    month,
    version
from outbound.told_scorecard
where
    target = :target
    and store_code = :store_code
order by month desc
limit 1
