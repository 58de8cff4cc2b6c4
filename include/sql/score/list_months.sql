-- grain: one row per scored month
-- reads: score.month, score.publication
-- writes: nothing
select
    scored.month,
    scored.state,
    publication.month is not null as is_published
from score.month as scored
left join score.publication on scored.month = publication.month
order by scored.month desc
