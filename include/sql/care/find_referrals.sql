-- Who sent a buyer: the owner of the vehicle that a referral names, as the same
-- store knows them by the newest document from before the new car's delivery.
-- number: that of the buyer's order, so that another day of its delivery moves
-- the task. Who buys again sent nobody. offset 0: order by order.
-- grain: one row per vehicle and order of a buyer whom its owner referred
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
select distinct on (w.rule_no, w.store_code, bought.order_no, d.vin)
    r.event,
    cast(
        cast('x' || substr(md5(bought.order_no), 1, 7) as bit(28)) as integer
    ) as occurrence,
    bought.order_no as number,
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
        sold.order_no,
        sold.delivered_on,
        sold.customer_phone_hash,
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
        and coalesce(e.owner_hash <> bought.customer_phone_hash, true)
        and e.problem is null
        and (r.usages = '{}' or coalesce(e.usage = any(r.usages), true))
    offset 0 -- noqa: AM09
) as d on true
where w.event = 'referral'
order by
    w.rule_no asc,
    w.store_code asc,
    bought.order_no asc,
    d.vin asc,
    coalesce(d.owner_check, 'missing') = 'valid' desc,
    d.known_on desc,
    d.document_kind asc,
    d.document_no asc
