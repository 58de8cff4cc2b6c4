-- A case that breaks two rules counts at both.
-- grain: one row per system, feed and rule with open cases
-- reads: quality.quarantine
-- writes: –
with broken as (
    select
        q.system,
        q.feed,
        q.store_code,
        q.first_day,
        r.rule_id
    from quality.quarantine as q
    cross join lateral unnest(q.rule_ids) as r (rule_id)
    where q.state = 'open'
)

select
    system,
    feed,
    rule_id,
    count(*) as open_cases,
    count(*) filter (where first_day = :day) as new_cases,
    min(first_day) as oldest_day
from broken
group by system, feed, rule_id
order by open_cases desc, system asc, feed asc, rule_id asc
