-- How many open cases there are by feed, rule and store, for filters and for
-- reports.
-- grain: one row per feed, rule and store
-- reads: quality.quarantine
-- writes: nothing
with cases as (
    select
        held.feed,
        held.store_code,
        broken.rule_id
    from quality.quarantine as held
    cross join lateral unnest(held.rule_ids) as broken (rule_id)
    where
        held.state = 'open'
        and (
            '*' = any(cast(:stores as text[]))
            or held.store_code = any(cast(:stores as text[]))
        )
)

select
    cases.feed,
    cases.rule_id,
    cases.store_code,
    count(*) as open_cases
from cases
group by cases.feed, cases.rule_id, cases.store_code
order by cases.feed, cases.rule_id, cases.store_code
