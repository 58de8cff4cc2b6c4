-- offset 0: document by document, and never all orders of all years.
-- grain: one row per task
-- reads: pg_temp.night_task, pg_temp.night_subject, core.document_customer
-- writes: pg_temp.night_person
insert into night_person (
    task_key,
    known_id,
    contact_hash
)
select
    n.task_key,
    p.known_id,
    s.contact_hash
from night_task as n
inner join night_subject as s on n.task_key = s.task_key
left join lateral (
    select min(c.known_id) as known_id
    from core.document_customer as c
    where
        n.vin = c.vin
        and n.store_code = c.store_code
        and n.document_kind = c.document_kind
        and n.document_no = c.document_no
        and n.contact_kind = any(c.contact_kinds)
        and c.kind = 'person'
    offset 0 -- noqa: AM09
) as p on true
