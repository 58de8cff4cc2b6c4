-- Figures of some stores over some months: those of people are added up over
-- the post in the store; one of the store stands on several scorecards and
-- counts once, for no post. Lean, for it reads the lines of a year:
-- `list_store_figures` says more of each figure.
-- grain: one row per month, store, post (or none) and figure
-- reads: score.scorecard, score.scorecard_line
-- writes: nothing
select
    card.month,
    card.store_code,
    line.kpi_id,
    case line.credit when 'store' then '' else card.role end as role,
    case line.credit
        when 'store' then max(line.numerator) else sum(line.numerator)
    end as numerator,
    case line.credit
        when 'store' then max(line.denominator) else sum(line.denominator)
    end as denominator
from score.scorecard as card
inner join score.scorecard_line as line
    on card.scorecard_id = line.scorecard_id
where
    card.month = any(cast(:months as text[])) -- noqa: RF02
    and card.store_code = any(cast(:stores as text[])) -- noqa: RF02
    and line.policy_line like '%/kpis/%'
group by
    card.month,
    card.store_code,
    line.kpi_id,
    line.credit,
    case line.credit when 'store' then '' else card.role end
