-- A case closes by itself when its key goes on in a version that is not
-- older than the held one.
-- grain: one row per case that closes
-- reads: ops.load, quality.good_row, quality.row_fact
-- writes: quality.quarantine
with loads as (
    select *
    from ops.load
    where load_id = :load_id
),

arrived as (
    select
        loads.system,
        loads.feed,
        loads.business_day,
        facts.business_key,
        facts.version_at
    from quality.good_row as good
    inner join loads on good.load_id = loads.load_id
    inner join quality.row_fact as facts
        on
            good.load_id = facts.load_id
            and good.row_id = facts.row_id
)

update quality.quarantine as cases
set
    state = 'resent',
    closed_day = arrived.business_day
from arrived
where
    cases.state = 'open'
    and cases.system = arrived.system
    and cases.feed = arrived.feed
    and cases.business_key = arrived.business_key
    and cast(cases.source_row ->> 'version_at' as timestamptz)
    <= arrived.version_at
