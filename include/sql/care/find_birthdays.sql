-- Orders of people who have their birthday on a day that tonight asks about.
-- The greeting is for who owns the car, so an order of a car that was sold
-- again does not count, nor does a company's. offset 0: order by order.
-- grain: one row per order
-- reads: pg_temp.night_birthday, pg_temp.night_range, pg_temp.night_rule,
--   core.sales_order, care.addressee
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
    b.event,
    cast(to_char(b.kept_on, 'YYYYMMDD') as integer) as occurrence,
    to_char(b.kept_on, 'YYYYMMDD') as number,
    b.kept_on as event_on,
    r.rule_no,
    g.calendar,
    d.document_kind,
    d.store_code,
    d.document_no,
    d.vin,
    d.known_on,
    d.contact_hash,
    d.served_by,
    d.contact_check,
    d.contact_digest
from night_birthday as b
inner join core.sales_order as sold
    on
        b.birthday_hash = sold.birthday_hash
        and sold.birthday_check = 'valid'
        and b.kept_on > sold.delivered_on
        and coalesce(sold.customer_kind, 'person') <> 'company'
inner join night_range as g
    on
        sold.store_code = g.store_code
        and b.event = g.event
        and b.kept_on between g.event_from and g.event_to
inner join night_rule as r on g.rule_no = r.rule_no
inner join lateral (
    select e.*
    from care.addressee as e
    where
        e.document_kind = 'sales_order'
        and e.store_code = sold.store_code
        and e.document_no = sold.order_no
    offset 0 -- noqa: AM09
) as d on true
where
    d.problem is null
    and (r.usages = '{}' or coalesce(d.usage = any(r.usages), true))
