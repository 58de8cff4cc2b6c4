-- Rules that too many rows of a batch broke, so that nothing of it went on.
-- grain: one row per load of the day and rule beyond its limit
-- reads: ops.load, quality.rule_count
-- writes: –
with loads as (
    select
        load_id,
        system,
        feed
    from ops.load
    where business_day = :day
)

select
    l.system,
    l.feed,
    c.rule_id,
    c.flagged,
    c.rows,
    c.max_share
from quality.rule_count as c
inner join loads as l on c.load_id = l.load_id
where not c.is_within_limit
order by l.system, l.feed, c.rule_id
