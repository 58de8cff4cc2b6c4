-- Whom tasks are about: the vehicle, the number to call as ciphertext, and the
-- topic that the customer would know it by. The number is the one that
-- outbound/read_tasks finds beside the names and plates of the same documents.
-- grain: one row per known task
-- reads: care.follow_up_task, core.sales_order, core.repair_order,
--   core.insurance_policy, core.lead, core.contact_number
-- writes: –
with documents as (
    select
        t.task_key,
        t.store_code,
        t.vin,
        t.about,
        t.contact_kind,
        coalesce(t.vin, t.document_no) as subject,
        case t.document_kind
            when 'sales_order' then s.customer_phone_cipher
            when 'insurance_policy' then p.holder_phone_cipher
            when 'lead' then l.customer_phone_cipher
            when 'repair_order'
                then
                    case t.contact_kind
                        when 'owner' then r.owner_phone_cipher
                        else r.deliverer_phone_cipher
                    end
        end as phone_cipher,
        case t.document_kind
            when 'sales_order' then s.customer_phone_hash
            when 'insurance_policy' then p.holder_phone_hash
            when 'lead' then l.customer_phone_hash
            when 'repair_order'
                then
                    case t.contact_kind
                        when 'owner' then r.owner_phone_hash
                        else r.deliverer_phone_hash
                    end
        end as phone_hash
    from care.follow_up_task as t
    left join core.sales_order as s
        on
            t.document_kind = 'sales_order'
            and t.store_code = s.store_code
            and t.document_no = s.order_no
    left join core.repair_order as r
        on
            t.document_kind = 'repair_order'
            and t.store_code = r.store_code
            and t.document_no = r.ro_no
    left join core.insurance_policy as p
        on
            t.document_kind = 'insurance_policy'
            and t.store_code = p.store_code
            and t.document_no = p.policy_no
    left join core.lead as l
        on
            t.document_kind = 'lead'
            and t.store_code = l.store_code
            and t.document_no = l.lead_no
    where t.task_key = any(cast(:task_keys as text[])) -- noqa: RF02
)

select
    d.task_key,
    d.store_code,
    d.vin,
    d.about,
    d.contact_kind,
    coalesce(k.phone_cipher, d.phone_cipher) as phone_cipher
from documents as d
left join core.contact_number as k
    on
        d.store_code = k.store_code
        and d.subject = k.subject
        and d.phone_hash = k.replaced_phone_hash
order by d.task_key
