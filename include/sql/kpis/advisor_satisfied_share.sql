-- Satisfied with a service advisor's visits: customers who gave at least
-- `satisfied_from` points, of those who gave points about a visit that the
-- advisor served. An order that names no advisor is nobody's.
-- grain: one row per answered follow-up of a visit with an advisor
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
    judged.satisfaction >= :satisfied_from as is_numerator, -- noqa: RF02
    'points_' || judged.satisfaction as reason
from judged_follow_up as judged
inner join core.repair_order as visits
    on
        judged.document_kind = 'repair_order'
        and judged.store_code = visits.store_code
        and judged.document_no = visits.ro_no
where
    judged.satisfaction is not null
    and visits.service_advisor_no is not null
