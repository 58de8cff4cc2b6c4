-- Whether a month is, or will be, told by mail and to CRMs, and when it was
-- published. A publication keeps its answer; before it the newest word counts,
-- and a month of which nothing was said is told.
-- grain: one row
-- reads: score.publication, score.old_month
-- writes: nothing
select
    publication.published_at,
    old_month.is_told as was_said,
    coalesce(publication.is_told, old_month.is_told, true) as is_told
from (select cast(:month as text) as month) as asked
left join score.publication on asked.month = publication.month
left join score.old_month on asked.month = old_month.month
