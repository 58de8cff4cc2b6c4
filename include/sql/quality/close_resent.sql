-- A case closes by itself when its key goes on in a version that is not
-- older than the held one, on the last day that held it or later. What later
-- loads brought before this one was settled, the merge sees.
-- grain: one row per case that closes
-- reads: ops.load, quality.good_row, quality.row_fact
-- writes: quality.quarantine
with loads as (
    select *
    from ops.load
    where load_id = :load_id
),

open_cases as (
    select
        cases.case_id,
        cases.business_key,
        loads.business_day,
        cast(cases.source_row ->> 'version_at' as timestamptz) as version_at
    from quality.quarantine as cases
    cross join loads
    where
        -- Scalars, so that the planner knows how many cases there are.
        cases.system = (
            select chosen.system
            from loads as chosen
        )
        and cases.feed = (
            select chosen.feed
            from loads as chosen
        )
        and cases.state = 'open'
        and cases.last_day <= loads.business_day
),

arrived as (
    select
        facts.business_key,
        facts.version_at
    from quality.row_fact as facts
    inner join loads on facts.load_id = loads.load_id
    inner join quality.good_row as good
        on
            facts.load_id = good.load_id
            and facts.row_id = good.row_id
)

update quality.quarantine as cases
set
    state = 'resent',
    closed_day = open_cases.business_day
from open_cases
inner join arrived
    on
        open_cases.business_key = arrived.business_key
        and open_cases.version_at <= arrived.version_at
where cases.case_id = open_cases.case_id
