-- grain: one row per store, follow-up and range of event days
-- reads: pg_temp.night_store, pg_temp.night_pack, pg_temp.night_rule
-- writes: pg_temp.night_range
with ranges as (
    select
        p.store_code,
        r.rule_no,
        r.rule_id,
        r.event,
        r.occurrence,
        r.usages,
        r.satisfaction_from,
        s.calendar,
        greatest(p.event_from, r.event_from) as event_from,
        least(p.event_to, r.event_to) as event_to
    from night_pack as p
    inner join night_rule as r on p.pack = r.pack and p.reach = r.reach
    inner join night_store as s on p.store_code = s.store_code
)

insert into night_range (
    store_code,
    rule_no,
    rule_id,
    event,
    occurrence,
    usages,
    satisfaction_from,
    calendar,
    event_from,
    event_to
)
select
    g.store_code,
    g.rule_no,
    g.rule_id,
    g.event,
    g.occurrence,
    g.usages,
    g.satisfaction_from,
    g.calendar,
    g.event_from,
    g.event_to
from ranges as g
where g.event_from <= g.event_to
