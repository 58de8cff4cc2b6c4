-- Who sent a buyer: the owner of the vehicle that a referral names, as the same
-- store knows them by the newest document from before the new car's delivery.
-- Who referred several buyers is thanked once a day. offset 0: day by day.
-- grain: one row per vehicle and day of deliveries to those it referred
-- reads: pg_temp.night_window, pg_temp.night_rule, core.sales_order,
--   core.referral, care.addressee
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
select distinct on (w.rule_no, w.store_code, bought.delivered_on, d.vin)
    r.event,
    cast(to_char(bought.delivered_on, 'YYYYMMDD') as integer) as occurrence,
    to_char(bought.delivered_on, 'YYYYMMDD') as number,
    bought.delivered_on as event_on,
    r.rule_no,
    w.calendar,
    d.document_kind,
    d.store_code,
    d.document_no,
    d.vin,
    d.known_on,
    d.owner_hash as contact_hash,
    d.served_by,
    d.owner_check as contact_check,
    d.owner_digest as contact_digest
from night_window as w
inner join night_rule as r on w.rule_no = r.rule_no
inner join lateral (
    select
        sold.delivered_on,
        k.vin
    from core.sales_order as sold
    inner join core.referral as k
        on
            sold.store_code = k.store_code
            and sold.order_no = k.new_order_no
    where
        sold.store_code = w.store_code
        and sold.delivered_on between w.first_on and w.last_on
        and sold.status <> 'cancelled'
        and not sold.is_vanished
        and sold.vin is distinct from k.vin
    offset 0 -- noqa: AM09
) as bought on true
inner join lateral (
    select e.*
    from care.addressee as e
    where
        e.vin = bought.vin
        and e.store_code = w.store_code
        and e.known_on < bought.delivered_on
        and e.problem is null
        and (r.usages = '{}' or coalesce(e.usage = any(r.usages), true))
    offset 0 -- noqa: AM09
) as d on true
where w.event = 'referral'
order by
    w.rule_no asc,
    w.store_code asc,
    bought.delivered_on asc,
    d.vin asc,
    coalesce(d.owner_check, 'missing') = 'valid' desc,
    d.known_on desc,
    d.document_kind asc,
    d.document_no asc
