-- grain: one row: the month's first publication
-- reads: nothing
-- writes: score.publication
insert into score.publication (month, approved_by)
values (:month, :approved_by)
on conflict do nothing
