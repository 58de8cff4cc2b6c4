-- The newest word counts; the same word again changes nothing.
-- grain: one row
-- reads: nothing
-- writes: score.old_month
insert into score.old_month as known (month, is_told, said_by)
values (:month, :is_told, :said_by)
on conflict (month) do update
    set
        is_told = excluded.is_told,
        said_by = excluded.said_by,
        said_at = clock_timestamp()
    where known.is_told <> excluded.is_told
