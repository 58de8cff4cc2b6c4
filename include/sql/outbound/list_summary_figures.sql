-- The figures of all stores of a month as its documents sum them up, with how
-- many people stand behind each and whether all of them are on trial; and what
-- the adjustments that stand now add. One of a store's figure stands on several
-- scorecards and counts once.
-- grain: one row per store, post (or none) and figure
-- reads: score.scorecard, score.scorecard_line, score.adjustment, core.store
-- writes: –
with lines as (
    select
        card.scorecard_id,
        card.store_code,
        card.employee_no,
        card.is_trial,
        line.kpi_id,
        line.credit,
        line.direction,
        line.numerator,
        line.denominator,
        line.excluded,
        line.target,
        case line.credit when 'store' then '' else card.role end as role
    from score.scorecard as card
    inner join score.scorecard_line as line
        on card.scorecard_id = line.scorecard_id
    where
        card.month = :month -- noqa: RF02
        and split_part(line.policy_line, '/', 2) = 'kpis'
),

-- A line that was not issued is told with its post: that of its scorecard. Who
-- came or left changes nothing about a store's own figure.
differences as (
    select
        a.store_code,
        a.kpi_id,
        a.credit,
        coalesce(a.new_numerator, 0)
        - coalesce(a.old_numerator, 0) as more_in_numerator,
        coalesce(a.new_denominator, 0)
        - coalesce(a.old_denominator, 0) as more_in_denominator,
        case a.credit
            when 'store' then '' else split_part(a.scorecard_id, '.', 2)
        end as role
    from score.adjustment as a
    where
        a.month = :month -- noqa: RF02
        and a.ended_on is null
        and (
            a.credit <> 'store'
            or num_nulls(a.old_denominator, a.new_denominator) = 0
        )
),

adjusted as (
    select
        store_code,
        role,
        kpi_id,
        credit,
        case credit
            when 'store'
                then
                    (
                        array_agg(
                            more_in_numerator
                            order by abs(more_in_numerator) desc
                        )
                    )[1]
            else sum(more_in_numerator)
        end as more_in_numerator,
        case credit
            when 'store'
                then
                    (
                        array_agg(
                            more_in_denominator
                            order by abs(more_in_denominator) desc
                        )
                    )[1]
            else sum(more_in_denominator)
        end as more_in_denominator
    from differences
    group by store_code, role, kpi_id, credit
)

select
    lines.store_code,
    store.name as store_name,
    store.brand,
    lines.role,
    lines.kpi_id,
    lines.credit,
    lines.direction,
    case lines.credit
        when 'store' then max(lines.numerator) else sum(lines.numerator)
    end as numerator,
    case lines.credit
        when 'store' then max(lines.denominator) else sum(lines.denominator)
    end as denominator,
    case lines.credit
        when 'store' then max(lines.excluded) else sum(lines.excluded)
    end as excluded,
    max(lines.target) as target,
    count(distinct lines.target) as targets,
    bool_and(lines.is_trial) as is_trial,
    count(distinct lines.employee_no)
    filter (where lines.denominator > 0) as people,
    max(adjusted.more_in_numerator) as more_in_numerator,
    max(adjusted.more_in_denominator) as more_in_denominator
from lines
inner join core.store on lines.store_code = store.store_code
left join adjusted
    on
        lines.store_code = adjusted.store_code
        and lines.role = adjusted.role
        and lines.kpi_id = adjusted.kpi_id
        and lines.credit = adjusted.credit
group by
    lines.store_code,
    store.name,
    store.brand,
    lines.role,
    lines.kpi_id,
    lines.credit,
    lines.direction
order by lines.store_code, lines.role, lines.kpi_id
