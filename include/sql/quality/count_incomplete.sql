-- Rows that no critical rule holds although core cannot take them.
-- grain: one count
-- reads: quality.row_fact, quality.flag
-- writes: nothing
select count(*) as incomplete
from quality.row_fact as facts
where
    facts.load_id = :load_id
    and facts.version_state = 'newest'
    and not facts.is_complete
    and not exists (
        select 1 as found
        from quality.flag as flags
        where
            flags.load_id = facts.load_id
            and flags.row_id = facts.row_id
            and flags.severity = 'critical'
    )
