-- A figure of people is added up over the post in the store; a figure of the
-- store stands on several scorecards and counts once, for no post. With it how
-- many people stand behind it, and whether all of it is on trial.
-- grain: one row per month, store, post (or none) and figure
-- reads: score.scorecard, score.scorecard_line, core.store
-- writes: nothing
with
lines as (
    select
        card.month,
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
        card.month = any(cast(:months as text[])) -- noqa: RF02
        and split_part(line.policy_line, '/', 2) = 'kpis'
)

select
    lines.month,
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
    filter (where lines.denominator > 0) as people
from lines
inner join core.store on lines.store_code = store.store_code
group by
    lines.month,
    lines.store_code,
    store.name,
    store.brand,
    lines.role,
    lines.kpi_id,
    lines.credit,
    lines.direction
order by
    lines.month,
    lines.store_code,
    lines.role,
    lines.kpi_id
