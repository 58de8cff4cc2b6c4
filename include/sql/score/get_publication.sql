-- grain: one row per published month: none or one
-- reads: score.publication
-- writes: nothing
select
    approved_by,
    published_at,
    tells_managers,
    tells_employees
from score.publication
where month = :month
