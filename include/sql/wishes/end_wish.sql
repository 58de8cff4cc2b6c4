-- What holds no longer from tomorrow on; the next night reads it again.
-- grain: at most one row
-- reads: –
-- writes: care.wish
update care.wish
set
    ended_by = :user_name,
    ended_at = :ended_at,
    ended_on = :ended_on,
    read_on = null
where
    wish_no = :wish_no -- noqa: RF02
    and ended_on is null
