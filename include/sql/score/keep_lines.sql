-- grain: one row per new or changed line
-- reads: pg_temp.new_line
-- writes: score.scorecard_line
insert into score.scorecard_line as kept (
    scorecard_id,
    kpi_id,
    rule_id,
    numerator,
    denominator,
    excluded,
    value,
    unit,
    target,
    is_target_met,
    band,
    coefficient,
    points,
    weight,
    note,
    policy_line,
    credit,
    direction
)
select
    scorecard_id,
    kpi_id,
    rule_id,
    numerator,
    denominator,
    excluded,
    value,
    unit,
    target,
    is_target_met,
    band,
    coefficient,
    points,
    weight,
    note,
    policy_line,
    credit,
    direction
from new_line
order by scorecard_id, kpi_id
on conflict (scorecard_id, kpi_id) do update
    set
        rule_id = excluded.rule_id,
        numerator = excluded.numerator,
        denominator = excluded.denominator,
        excluded = excluded.excluded,
        value = excluded.value,
        unit = excluded.unit,
        target = excluded.target,
        is_target_met = excluded.is_target_met,
        band = excluded.band,
        coefficient = excluded.coefficient,
        points = excluded.points,
        weight = excluded.weight,
        note = excluded.note,
        policy_line = excluded.policy_line,
        credit = excluded.credit,
        direction = excluded.direction
    where kept.* is distinct from excluded.*
