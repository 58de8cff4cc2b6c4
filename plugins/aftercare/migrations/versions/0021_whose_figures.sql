-- Whose figure a line shows, its person's own or the store's, and which way
-- is good. All lines until now were people's own, and more was better.
alter table score.scorecard_line
add column credit text not null default 'person' check (
    credit in ('person', 'store')
),
add column direction text not null default 'higher' check (
    direction in ('higher', 'lower')
);

-- Lines with whom their figure counts for: a store's figure stands on several
-- scorecards, and sums over people take it once for each counted_for.
create view score.counted_line as
select
    line.scorecard_id,
    line.kpi_id,
    line.numerator,
    line.denominator,
    line.excluded,
    line.coefficient,
    line.policy_line,
    line.credit,
    card.month,
    card.store_code,
    card.employee_no,
    case line.credit
        when 'store' then card.store_code else line.scorecard_id
    end as counted_for
from score.scorecard_line as line
inner join score.scorecard as card on line.scorecard_id = card.scorecard_id;
