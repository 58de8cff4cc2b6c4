-- A case closes by itself when its key goes on in a version that is not
-- older than the held one, and comes no earlier than the held one last came.
-- The load can bring what closes its own and older cases; when later loads
-- were settled before it, they can have brought what closes its own. offset 0:
-- load by load, of which there are none in a night in time.
-- grain: one row per case that closes
-- reads: ops.load, quality.good_row, quality.row_fact, quality.sound_version
-- writes: quality.quarantine
with loads as (
    select *
    from ops.load
    where load_id = :load_id
),

open_cases as (
    select
        cases.case_id,
        cases.load_id,
        cases.business_key,
        cases.last_day,
        cast(cases.source_row ->> 'version_at' as timestamptz) as version_at
    from quality.quarantine as cases
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
),

later as (
    select
        settled.load_id,
        settled.feed,
        settled.business_day
    from loads
    inner join ops.load as settled
        on
            loads.system = settled.system
            and loads.feed = settled.feed
            and loads.business_day < settled.business_day
    where settled.state in ('validated', 'merged')
),

arrived as (
    select
        facts.business_key,
        facts.version_at,
        loads.business_day
    from quality.row_fact as facts
    inner join loads on facts.load_id = loads.load_id
    inner join quality.good_row as good
        on
            facts.load_id = good.load_id
            and facts.row_id = good.row_id
    union all
    select
        sound.business_key,
        sound.version_at,
        later.business_day
    from later
    inner join lateral (
        select
            versions.business_key,
            versions.version_at
        from quality.sound_version as versions
        where
            later.feed = versions.feed
            and later.load_id = versions.load_id
        offset 0 -- noqa: AM09
    ) as sound on true
    where
        sound.business_key in (
            select own.business_key
            from open_cases as own
            cross join loads
            where own.load_id = loads.load_id
        )
),

closing as (
    select
        open_cases.case_id,
        min(arrived.business_day) as closed_day
    from open_cases
    inner join arrived
        on
            open_cases.business_key = arrived.business_key
            and open_cases.version_at <= arrived.version_at
            and open_cases.last_day <= arrived.business_day
    group by open_cases.case_id
)

update quality.quarantine as cases
set
    state = 'resent',
    closed_day = closing.closed_day
from closing
where cases.case_id = closing.case_id
