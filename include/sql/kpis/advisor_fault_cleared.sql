-- Faults cleared at a service advisor's visits: customers who say that the
-- fault is cleared, of those who were asked it about a visit that the advisor
-- served. Of several answers the last counts.
-- grain: one row per follow-up of a visit with an advisor that answers it
-- reads: pg_temp.judged_follow_up, core.repair_order
-- writes: nothing
select
    'SA' as owner_role,
    judged.store_code,
    visits.service_advisor_no as employee_no,
    judged.counted_on,
    judged.row_kind,
    judged.row_key,
    false as is_excluded,
    judged.is_fault_cleared as is_numerator,
    case
        when judged.is_fault_cleared then 'fault_cleared'
        else 'fault_back'
    end as reason
from judged_follow_up as judged
inner join core.repair_order as visits
    on
        judged.document_kind = 'repair_order'
        and judged.store_code = visits.store_code
        and judged.document_no = visits.ro_no
where
    judged.is_fault_cleared is not null
    and visits.service_advisor_no is not null
