-- Since when tonight's documents give their number: the first day whose load
-- brought it. Asked of all captured versions, where the number was called in
-- vain, found wrong or written to, for this task or another. offset 0: document
-- by document, and never all versions.
-- grain: one row per task
-- reads: pg_temp.night_subject, pg_temp.night_rule, pg_temp.night_call,
--   care.follow_up_task, staging.sales_order, staging.repair_order,
--   staging.insurance_policy, staging.lead, quality.good_row, ops.load
-- writes: pg_temp.night_number
with tried as (
    select s.contact_hash
    from night_subject as s
    inner join night_call as c on s.task_key = c.task_key
    where
        s.problem is null
        and c.outcome in (
            'no_answer', 'busy', 'powered_off', 'message_sent',
            'message_refused', 'invalid_number', 'wrong_person'
        )
    union
    select t.tried_hash as contact_hash
    from night_subject as s
    inner join care.follow_up_task as t on s.contact_hash = t.tried_hash
    where s.problem is null
),

subjects as (
    select
        s.task_key,
        s.document_kind,
        s.store_code,
        s.document_no,
        s.contact_hash,
        r.contact_kind
    from night_subject as s
    inner join night_rule as r on s.rule_no = r.rule_no
    inner join tried as t on s.contact_hash = t.contact_hash
    where s.problem is null
),

versions as (
    select
        s.task_key,
        found.load_id,
        found.row_id
    from subjects as s
    inner join lateral (
        select
            v.load_id,
            v.row_id
        from staging.sales_order as v
        where
            s.store_code = v.store_code
            and s.document_no = v.order_no
            and s.contact_hash = v.customer_phone_hash
        offset 0 -- noqa: AM09
    ) as found on true
    where s.document_kind = 'sales_order'
    union all
    select
        s.task_key,
        found.load_id,
        found.row_id
    from subjects as s
    inner join lateral (
        select
            v.load_id,
            v.row_id
        from staging.repair_order as v
        where
            s.store_code = v.store_code
            and s.document_no = v.ro_no
            and s.contact_hash = case s.contact_kind
                when 'owner' then v.owner_phone_hash
                else v.deliverer_phone_hash
            end
        offset 0 -- noqa: AM09
    ) as found on true
    where s.document_kind = 'repair_order'
    union all
    select
        s.task_key,
        found.load_id,
        found.row_id
    from subjects as s
    inner join lateral (
        select
            v.load_id,
            v.row_id
        from staging.insurance_policy as v
        where
            s.store_code = v.store_code
            and s.document_no = v.policy_no
            and s.contact_hash = v.holder_phone_hash
        offset 0 -- noqa: AM09
    ) as found on true
    where s.document_kind = 'insurance_policy'
    union all
    select
        s.task_key,
        found.load_id,
        found.row_id
    from subjects as s
    inner join lateral (
        select
            v.load_id,
            v.row_id
        from staging.lead as v
        where
            s.store_code = v.store_code
            and s.document_no = v.lead_no
            and s.contact_hash = v.customer_phone_hash
        offset 0 -- noqa: AM09
    ) as found on true
    where s.document_kind = 'lead'
)

insert into night_number (task_key, given_on)
select
    v.task_key,
    min(l.business_day) as given_on
from versions as v
inner join quality.good_row as g
    on v.load_id = g.load_id and v.row_id = g.row_id
inner join ops.load as l on v.load_id = l.load_id
group by v.task_key
-- One that was put right since is another number.
on conflict (task_key) do nothing
