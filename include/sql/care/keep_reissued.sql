-- A settlement that was taken back and issued again under another order is one
-- visit: who was reached about the first is not called about the second. The
-- second names the settlement that it stands for, of the same vehicle and
-- store. While the first one's call stands, that is; what was called about
-- itself stays as it was called. offset 0: task by task, never all orders.
-- grain: one row per task that is withdrawn
-- reads: pg_temp.night_subject, core.repair_order, care.follow_up_task
-- writes: pg_temp.night_task
with night as materialized (
    select
        task_key,
        status,
        status_reason
    from night_task
),

again as (
    select
        n.task_key,
        n.rule_id,
        n.occurrence,
        n.event,
        earlier.store_code,
        earlier.ro_no
    from night_task as n
    inner join lateral (
        select
            e.store_code,
            e.ro_no
        from core.repair_order as o
        inner join core.repair_order as e
            on
                o.vin = e.vin
                and o.store_code = e.store_code
                and o.previous_settlement_no = e.settlement_no
                and o.ro_no <> e.ro_no
        where n.store_code = o.store_code and n.document_no = o.ro_no
        offset 0 -- noqa: AM09
    ) as earlier on true
    where
        n.document_kind = 'repair_order'
        and n.event = 'workshop_exit'
        and n.status in ('open', 'held', 'postponed')
)

update night_task as n
set
    status = 'withdrawn',
    status_reason = 'called_before'
from again as a
inner join care.follow_up_task as t
    on
        a.store_code = t.store_code
        and a.rule_id = t.rule_id
        and a.ro_no = t.document_no
        and a.occurrence = t.occurrence
left join night on t.task_key = night.task_key
where
    n.task_key = a.task_key
    and a.event = t.event
    and coalesce(night.status, t.status) = 'done'
    and coalesce(night.status_reason, t.status_reason)
    in ('reached', 'declined', 'refused', 'told', 'message_sent')
