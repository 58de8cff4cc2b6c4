-- Somebody works again from a day on. Of an absence that had not begun nothing
-- is left.
-- grain: one row
-- reads: –
-- writes: care.absence
update care.absence
set
    last_on = greatest(cast(:works_from as date), first_on) - 1,
    ended_by = :user_name,
    ended_at = now()
where
    absence_no = :absence_no -- noqa: RF02
    and last_on >= cast(:works_from as date)
