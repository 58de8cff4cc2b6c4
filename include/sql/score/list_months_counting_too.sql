-- Later months that keep a complaint which this one counts.
-- grain: one row per month
-- reads: score.counted_complaint
-- writes: nothing
select distinct later.month
from score.counted_complaint as own
inner join score.counted_complaint as later
    on
        own.row_key = later.row_key
        and own.month < later.month
where own.month = :month -- noqa: RF02
order by later.month
