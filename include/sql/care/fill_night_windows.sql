-- grain: one row per store, follow-up and range of event days
-- reads: pg_temp.night_range, pg_temp.night_rule
-- writes: pg_temp.night_window
with windows as (
    select
        g.store_code,
        g.rule_no,
        g.calendar,
        g.event,
        greatest(g.event_from, r.look_from) as first_on,
        least(g.event_to, r.look_to) as last_on
    from night_range as g
    inner join night_rule as r on g.rule_no = r.rule_no
)

insert into night_window (
    store_code,
    rule_no,
    calendar,
    event,
    first_on,
    last_on
)
select
    w.store_code,
    w.rule_no,
    w.calendar,
    w.event,
    w.first_on,
    w.last_on
from windows as w
where w.first_on <= w.last_on
