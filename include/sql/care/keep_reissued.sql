-- A settlement that was taken back and issued again under another order is one
-- visit, however often that happens: who was reached about an earlier one is
-- not called about the next. Each names the settlement that it stands for, of
-- the same vehicle and store. While the earlier one's call stands, that is, and
-- where it was made before the next one was over; what was called about itself
-- stays as it was called. offset 0: task by task, never all orders.
-- grain: one row per task that is withdrawn
-- reads: pg_temp.night_task, core.repair_order, care.follow_up_task,
--   core.call_result
-- writes: pg_temp.night_task
with recursive night as materialized (
    select
        task_key,
        status,
        status_reason,
        merged_into
    from night_task
),

again as (
    select
        n.task_key,
        n.rule_id,
        n.occurrence,
        n.event,
        n.store_code,
        n.document_no as ro_no
    from night_task as n
    where
        n.document_kind = 'repair_order'
        and n.event = 'workshop_exit'
        and n.status in ('open', 'held', 'postponed', 'missed')
    union -- noqa: AM01
    select
        a.task_key,
        a.rule_id,
        a.occurrence,
        a.event,
        earlier.store_code,
        earlier.ro_no
    from again as a
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
        where a.store_code = o.store_code and a.ro_no = o.ro_no
        offset 0 -- noqa: AM09
    ) as earlier on true
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
        and a.task_key <> t.task_key
left join night on t.task_key = night.task_key
where
    n.task_key = a.task_key
    and a.event = t.event
    and coalesce(night.status, t.status) = 'done'
    and coalesce(night.status_reason, t.status_reason)
    in ('reached', 'declined', 'refused', 'told', 'message_sent')
    and coalesce(
        n.expires_on >= (
            select min(c.called_on)
            from core.call_result as c
            where
                c.task_key in (
                    t.task_key, -- noqa: RF01
                    coalesce(night.merged_into, t.merged_into) -- noqa: RF01
                )
                and c.outcome in (
                    'reached', 'declined', 'refused', 'message_sent'
                )
        ), true
    )
