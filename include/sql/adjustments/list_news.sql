-- What a month's documents tell of other months: adjustments that were noticed,
-- or whose difference went, since the publication before this one, so that each
-- is told in one mail. Who was not told of one that stood when the one before
-- was published is not told that it is gone. A store's figure is told once. An
-- objection that was upheld until the publication is named, and none after it,
-- so that the documents say the same whenever they are made. A publication that
-- was told to nobody told nothing on, and of its own figures no difference is
-- told. Of the rows behind one the first `most` are read, and as many of the
-- late documents.
-- grain: one row per adjustment
-- reads: score.adjustment, score.objection, score.publication, core.employee,
--   core.store
-- writes: nothing
with
this_one as (
    select coalesce(min(published_at), 'infinity') as published_at
    from score.publication
    where month = :month
),

before as (
    select coalesce(max(publication.published_at), '-infinity') as told_until
    from score.publication
    cross join this_one
    where
        publication.month <> :month -- noqa: RF02
        and publication.is_told
        and publication.published_at < this_one.published_at
),

news as (
    select distinct on (
        adjustment.month,
        adjustment.kpi_id,
        case adjustment.credit
            when 'store' then adjustment.store_code
            else adjustment.scorecard_id
        end,
        adjustment.noticed_on
    )
        adjustment.*,
        coalesce(
            adjustment.objection_id,
            (
                select max(objection.objection_id)
                from score.objection
                where
                    objection.scorecard_id = adjustment.scorecard_id
                    and objection.kpi_id = adjustment.kpi_id
                    and objection.state = 'upheld'
                    and objection.answered_at <= least(
                        adjustment.ended_at, this_one.published_at
                    )
            )
        ) as by_objection_id,
        coalesce(
            adjustment.ended_at <= this_one.published_at, false
        ) as is_over
    from score.adjustment
    cross join this_one
    cross join before
    where
        adjustment.month <> :month -- noqa: RF02
        and adjustment.month not in (
            select publication.month
            from score.publication
            where not publication.is_told
        )
        and (
            (
                adjustment.noticed_at > before.told_until
                and adjustment.noticed_at <= this_one.published_at
                and (
                    adjustment.ended_at is null
                    or adjustment.ended_at > this_one.published_at
                )
            )
            or (
                adjustment.ending = 'gone'
                and adjustment.ended_at > before.told_until
                and adjustment.ended_at <= this_one.published_at
                and exists (
                    select 1
                    from score.adjustment as told
                    where
                        told.scorecard_id = adjustment.scorecard_id
                        and told.kpi_id = adjustment.kpi_id
                        and told.noticed_at <= before.told_until
                        and (
                            told.ended_at is null
                            or told.ended_at > before.told_until
                        )
                )
            )
        )
    order by
        adjustment.month asc,
        adjustment.kpi_id asc,
        case adjustment.credit
            when 'store' then adjustment.store_code
            else adjustment.scorecard_id
        end asc,
        adjustment.noticed_on asc,
        adjustment.adjustment_id desc
),

behind as (
    select
        news.adjustment_id,
        jsonb_path_query_array(
            news.rows_behind, 'strict $[*] ? (@[0] != "late")'
        ) as changed,
        jsonb_path_query_array(
            news.rows_behind, 'strict $[*] ? (@[0] == "late")'
        ) as late,
        jsonb_build_object(
            'last',
            coalesce(cast(:most as integer), 1000000000) - 1 -- noqa: RF02
        ) as bounds
    from news
)

select
    news.adjustment_id,
    news.month,
    news.scorecard_id,
    news.kpi_id,
    news.employee_no,
    employee.name as employee_name,
    news.store_code,
    store.name as store_name,
    news.credit,
    news.unit,
    news.old_numerator,
    news.old_denominator,
    news.old_excluded,
    news.old_value,
    news.old_points,
    news.new_numerator,
    news.new_denominator,
    news.new_excluded,
    news.new_value,
    news.new_points,
    news.row_count,
    news.by_objection_id as objection_id,
    news.noticed_on,
    case when news.is_over then news.ended_on end as ended_on,
    case when news.is_over then news.ending end as ending,
    jsonb_array_length(behind.changed) as rows_kept,
    jsonb_array_length(behind.late) as late_count,
    jsonb_path_query_array(behind.changed, '$[0 to $last]', behind.bounds)
    || jsonb_path_query_array(
        behind.late, '$[0 to $last]', behind.bounds
    ) as rows_behind
from news
inner join core.employee on news.employee_no = employee.employee_no
inner join core.store on news.store_code = store.store_code
inner join behind on news.adjustment_id = behind.adjustment_id
order by news.month, news.store_code, news.employee_no, news.kpi_id
