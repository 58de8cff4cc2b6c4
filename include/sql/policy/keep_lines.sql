-- Lines that nothing was decided with yet may still be edited. A value of null
-- says that there is none from that day on.
-- grain: one row per policy line
-- reads: –
-- writes: ops.policy_line
insert into ops.policy_line as held (
    line_id,
    pack,
    rule_id,
    name,
    unit,
    value,
    reference,
    valid_from
)
select
    l.line_id,
    l.pack,
    l.rule_id,
    l.name,
    l.unit,
    coalesce(l.value, 'null') as value, -- noqa: RF04
    l.reference,
    l.valid_from
from
    jsonb_to_recordset(cast(:lines as jsonb))
        as l (
            line_id text,
            pack text,
            rule_id text,
            name text,
            unit text,
            value jsonb,
            reference text,
            valid_from date
        )
on conflict (line_id) do update
    set
        rule_id = excluded.rule_id,
        unit = excluded.unit,
        value = excluded.value,
        reference = excluded.reference
    where
    (held.rule_id, held.unit, held.value, held.reference)
    is distinct from
    (excluded.rule_id, excluded.unit, excluded.value, excluded.reference)
