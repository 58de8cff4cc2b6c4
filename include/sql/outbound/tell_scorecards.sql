-- What a target has to hear of published months: those of a store that were
-- published since it takes them, and those that it was told, where other
-- adjustments stand now. A store of which no KPI knows anything has no month to
-- tell, and an old month that was published without being told is told to no
-- target.
-- grain: one row per store and month that is told
-- reads: score.publication, score.scorecard, score.scorecard_line,
--   score.adjustment, outbound.scorecard_start, outbound.told_scorecard
-- writes: outbound.message, outbound.told_scorecard
with published as (
    select
        month,
        cast(
            published_at at time zone cast(:zone as text) as date -- noqa: RF02
        ) as published_on
    from score.publication
    where is_told
),

looked_at as (
    select
        s.store_code,
        p.month,
        told.version,
        told.stands_on as told_of
    from outbound.scorecard_start as s
    cross join published as p
    left join outbound.told_scorecard as told
        on
            s.target = told.target
            and s.store_code = told.store_code
            and p.month = told.month
    where
        s.target = :target -- noqa: RF02
        and (
            told.version is not null
            or (
                p.published_on >= s.tells_from
                and exists (
                    select 1
                    from score.scorecard as card
                    inner join score.scorecard_line as line
                        on card.scorecard_id = line.scorecard_id
                    where
                        p.month = card.month
                        and s.store_code = card.store_code
                        and split_part(line.policy_line, '/', 2) = 'kpis'
                        and line.value is not null
                )
            )
        )
),

adjusted as (
    select
        month,
        store_code,
        string_agg(
            cast(adjustment_id as text), ','
            order by adjustment_id
        ) as adjustments
    from score.adjustment
    where ended_on is null
    group by month, store_code
),

standing as (
    select
        l.store_code,
        l.month,
        l.told_of,
        coalesce(l.version, 0) + 1 as version,
        md5(coalesce(a.adjustments, '')) as stands_on
    from looked_at as l
    left join adjusted as a
        on
            l.month = a.month
            and l.store_code = a.store_code
),

noted as (
    insert into outbound.told_scorecard as told (
        target,
        store_code,
        month,
        stands_on,
        version
    )
    select
        cast(:target as text) as target, -- noqa: RF02
        store_code,
        month,
        stands_on,
        version
    from standing
    where told_of is distinct from stands_on
    order by month, store_code
    on conflict (target, store_code, month) do update
        set
            stands_on = excluded.stands_on,
            version = excluded.version
)

insert into outbound.message (
    target,
    entity,
    external_key,
    version,
    action,
    store_code,
    month,
    work_day
)
select
    cast(:target as text) as target,
    'scorecard' as entity,
    store_code || '.' || month as external_key,
    version,
    'upsert' as action,
    store_code,
    month,
    cast(:work_day as date) as work_day
from standing
where told_of is distinct from stands_on
order by month, store_code
