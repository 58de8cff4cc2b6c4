-- Cases that a steward may see, the oldest first, with what their rules saw.
-- Null filters do not filter; '*' in the stores means every store, and
-- cases of no known store. For the screen: a VIN in a key is masked.
-- grain: one row per case
-- reads: quality.quarantine, quality.flag
-- writes: nothing
with filters as (
    select
        cast(:stores as text[]) as stores,
        cast(:store_code as text) as store_code,
        cast(:system as text) as system,
        cast(:feed as text) as feed,
        cast(:rule_id as text) as rule_id,
        cast(:owner as text) as mender,
        cast(:state as text) as state,
        cast(:today as date) as today,
        cast(:min_age_days as integer) as min_age_days,
        cast(:case_ids as bigint[]) as case_ids
),

cases as (
    select
        held.*,
        filters.today - held.first_day as age_days
    from quality.quarantine as held
    cross join filters
    where
        ('*' = any(filters.stores) or held.store_code = any(filters.stores))
        and coalesce(held.store_code = filters.store_code, true)
        and held.system = coalesce(filters.system, held.system)
        and held.feed = coalesce(filters.feed, held.feed)
        and coalesce(filters.rule_id = any(held.rule_ids), true)
        and coalesce(held.owner = filters.mender, true)
        and held.state = coalesce(filters.state, held.state)
        and filters.today - held.first_day >= filters.min_age_days
        and coalesce(held.case_id = any(filters.case_ids), true)
)

select
    cases.case_id,
    cases.system,
    cases.feed,
    cases.store_code,
    cases.rule_ids,
    cases.owner,
    cases.state,
    cases.is_releasable,
    cases.first_day,
    cases.last_day,
    cases.closed_day,
    cases.age_days,
    cases.source_ref,
    case cases.feed
        when 'contact_number'
            then
                split_part(cases.business_key, '|', 1)
                || '|****'
                || right(split_part(cases.business_key, '|', 2), 4)
        else cases.business_key
    end as business_key,
    (
        select jsonb_object_agg(flags.rule_id, cast(flags.shown_value as jsonb))
        from quality.flag as flags
        where
            flags.load_id = cases.load_id
            and flags.row_id = cases.row_id
            and flags.rule_id = any(cases.rule_ids)
    ) as shown,
    count(*) over () as found
from cases
order by cases.first_day, cases.case_id
limit :most offset :skipped
