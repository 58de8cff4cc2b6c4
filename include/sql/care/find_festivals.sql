-- Customers of sales who are greeted on a festival: deliveries that are not
-- older than the policy says. offset 0 keeps the planner from reading all
-- orders.
-- grain: one row per order and festival
-- reads: pg_temp.night_festival, pg_temp.night_window, pg_temp.night_rule,
--   care.addressee
-- writes: pg_temp.night_addressee
insert into night_addressee (
    event,
    occurrence,
    number,
    event_on,
    rule_no,
    calendar,
    document_kind,
    store_code,
    document_no,
    vin,
    known_on,
    contact_hash,
    served_by,
    contact_check,
    contact_digest
)
select
    r.event,
    cast(to_char(f.kept_on, 'YYYYMMDD') as integer) as occurrence,
    to_char(f.kept_on, 'YYYYMMDD') as number,
    f.kept_on as event_on,
    r.rule_no,
    w.calendar,
    d.document_kind,
    d.store_code,
    d.document_no,
    d.vin,
    d.known_on,
    d.contact_hash,
    d.served_by,
    d.contact_check,
    d.contact_digest
from night_festival as f
inner join night_rule as r on f.rule_no = r.rule_no
inner join night_window as w
    on
        f.rule_no = w.rule_no
        and f.kept_on between w.first_on and w.last_on
inner join lateral (
    select e.*
    from care.addressee as e
    where
        e.document_kind = 'sales_order'
        and e.store_code = w.store_code
        and e.known_on < f.kept_on
        and e.known_on
        >= f.kept_on - make_interval(months => r.known_months)
        and e.problem is null
        and (r.usages = '{}' or coalesce(e.usage = any(r.usages), true))
    offset 0 -- noqa: AM09
) as d on true
