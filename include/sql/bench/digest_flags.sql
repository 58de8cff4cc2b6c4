-- Tells the flags of two statements apart.
-- grain: one row
-- reads: quality.flag
-- writes: nothing
select
    count(*) as flags,
    coalesce(sum(hashtextextended(cast(flag as text), 0)), 0) as digest
from quality.flag as flag
where load_id = :load_id
