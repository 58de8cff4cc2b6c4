-- Whether a night has wishes to read: one waits that was entered or ended by
-- then, or the day has a load of them already.
-- grain: one row
-- reads: care.wish, ops.load
-- writes: –
select
    exists (
        select 1
        from care.wish as w
        where
            w.read_on is null
            and w.entered_at < :window_end -- noqa: RF02
            and w.valid_from <= cast(:day as date) + 1 -- noqa: RF02
    )
    or exists (
        select 1
        from ops.load as l
        where l.system = :system and l.business_day = :day -- noqa: RF02
    ) as is_awaited
