-- grain: one row per store, follow-up and range of event days
-- reads: pg_temp.night_store, pg_temp.night_rule
-- writes: pg_temp.night_window
with windows as (
    select
        s.store_code,
        r.rule_no,
        s.calendar,
        r.event,
        greatest(s.event_from, r.event_from, r.look_from) as first_on,
        least(s.event_to, r.event_to, r.look_to) as last_on
    from night_store as s
    inner join night_rule as r on s.pack = r.pack and s.reach = r.reach
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
