-- What is known of the number that a task would call, not the number itself.
-- grain: at most one row
-- reads: care.follow_up_task, care.occasion, core.contact_number,
--   core.employee, core.shared_phone
-- writes: –
with given as (
    select
        t.store_code,
        coalesce(t.vin, t.document_no) as subject,
        case t.contact_kind
            when 'owner' then d.owner_hash else d.contact_hash
        end as contact_hash
    from care.follow_up_task as t
    inner join care.occasion as d
        on
            t.event = d.event
            and t.document_kind = d.document_kind
            and t.store_code = d.store_code
            and t.document_no = d.document_no
    where t.task_key = :task_key -- noqa: RF02
),

asked as (
    select
        k.said_on as put_right_on,
        coalesce(k.phone_hash, given.contact_hash) as contact_hash
    from given
    left join core.contact_number as k
        on
            given.store_code = k.store_code
            and given.subject = k.subject
            and given.contact_hash = k.replaced_phone_hash
),

staff as (
    select array_agg(distinct mobile_hash) as mobile_hashes
    from core.employee
)

select
    shared.names,
    shared.vehicles,
    asked.put_right_on,
    coalesce(asked.contact_hash = any(staff.mobile_hashes), false) as is_staff,
    coalesce(not shared.is_evidence, false) as is_nobodys
from asked
cross join staff
left join core.shared_phone as shared
    on asked.contact_hash = shared.phone_hash
where asked.contact_hash is not null
