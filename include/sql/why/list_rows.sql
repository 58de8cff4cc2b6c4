-- The row of the document that a task stands on, as core holds it, and where it
-- was read; source_ref is null where the load was pulled anew since. Where the
-- row was held, its case.
-- grain: one row per version of the document in core, which is one
-- reads: care.follow_up_task, core.sales_order, core.repair_order,
--   core.insurance_policy, core.lead, ops.load, staging.sales_order,
--   staging.repair_order, staging.insurance_policy, staging.lead,
--   quality.quarantine
-- writes: –
with documents as (
    select
        t.document_kind,
        d.store_code,
        d.order_no as document_no,
        d.load_id,
        d.row_id,
        d.row_hash,
        d.version_at,
        d.version_day,
        d.vanished_day,
        d.is_vanished,
        r.source_ref
    from care.follow_up_task as t
    inner join core.sales_order as d
        on t.store_code = d.store_code and t.document_no = d.order_no
    left join staging.sales_order as r
        on
            d.load_id = r.load_id
            and d.row_id = r.row_id
            and d.row_hash = r.row_hash
    where
        t.task_key = :task_key -- noqa: RF02
        and t.document_kind = 'sales_order'
    union all
    select
        t.document_kind,
        d.store_code,
        d.ro_no as document_no,
        d.load_id,
        d.row_id,
        d.row_hash,
        d.version_at,
        d.version_day,
        d.vanished_day,
        d.is_vanished,
        r.source_ref
    from care.follow_up_task as t
    inner join core.repair_order as d
        on t.store_code = d.store_code and t.document_no = d.ro_no
    left join staging.repair_order as r
        on
            d.load_id = r.load_id
            and d.row_id = r.row_id
            and d.row_hash = r.row_hash
    where
        t.task_key = :task_key -- noqa: RF02
        and t.document_kind = 'repair_order'
    union all
    -- Of these core does not keep the row's number; load and digest name it.
    select
        t.document_kind,
        d.store_code,
        d.policy_no as document_no,
        d.load_id,
        r.row_id,
        d.row_hash,
        d.version_at,
        d.version_day,
        d.vanished_day,
        d.is_vanished,
        r.source_ref
    from care.follow_up_task as t
    inner join core.insurance_policy as d
        on t.store_code = d.store_code and t.document_no = d.policy_no
    left join lateral (
        select
            staged.row_id,
            staged.source_ref
        from staging.insurance_policy as staged
        where
            d.load_id = staged.load_id
            and d.row_hash = staged.row_hash
        order by staged.row_id
        limit 1
    ) as r on true
    where
        t.task_key = :task_key -- noqa: RF02
        and t.document_kind = 'insurance_policy'
    union all
    select
        t.document_kind,
        d.store_code,
        d.lead_no as document_no,
        d.load_id,
        r.row_id,
        d.row_hash,
        d.version_at,
        d.version_day,
        d.vanished_day,
        d.is_vanished,
        r.source_ref
    from care.follow_up_task as t
    inner join core.lead as d
        on t.store_code = d.store_code and t.document_no = d.lead_no
    left join lateral (
        select
            staged.row_id,
            staged.source_ref
        from staging.lead as staged
        where
            d.load_id = staged.load_id
            and d.row_hash = staged.row_hash
        order by staged.row_id
        limit 1
    ) as r on true
    where
        t.task_key = :task_key -- noqa: RF02
        and t.document_kind = 'lead'
)

select
    d.document_kind as feed,
    l.system,
    d.load_id,
    d.row_id,
    l.business_day,
    d.source_ref,
    d.version_at,
    d.version_day,
    d.vanished_day,
    d.is_vanished,
    q.case_id,
    q.rule_ids,
    q.state as case_state,
    q.first_day as held_day,
    q.closed_day,
    left(encode(d.row_hash, 'hex'), 12) as row_digest
from documents as d
inner join ops.load as l on d.load_id = l.load_id
left join quality.quarantine as q
    on
        l.system = q.system
        and d.document_kind = q.feed
        and d.store_code || '|' || d.document_no = q.business_key
        and d.row_hash = q.row_hash
