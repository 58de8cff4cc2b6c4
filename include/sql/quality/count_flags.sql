-- How many rows of a load break each rule.
-- grain: one row per rule that is broken
-- reads: quality.flag
-- writes: nothing
select
    rule_id,
    count(*) as flagged
from quality.flag
where load_id = :load_id
group by rule_id
