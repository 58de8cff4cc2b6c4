-- Satisfied with a sales consultant's sales: customers who gave at least
-- `satisfied_from` points, of those who gave points about a car that the
-- consultant sold. An order that names no consultant is nobody's.
-- grain: one row per answered follow-up of a sale with a consultant
-- reads: pg_temp.judged_follow_up, core.sales_order
-- writes: nothing
select
    'CONSULTANT' as owner_role,
    judged.store_code,
    sales.sales_consultant_no as employee_no,
    judged.counted_on,
    judged.row_kind,
    judged.row_key,
    false as is_excluded,
    judged.satisfaction >= :satisfied_from as is_numerator, -- noqa: RF02
    'points_' || judged.satisfaction as reason
from judged_follow_up as judged
inner join core.sales_order as sales
    on
        judged.document_kind = 'sales_order'
        and judged.store_code = sales.store_code
        and judged.document_no = sales.order_no
where
    judged.satisfaction is not null
    and sales.sales_consultant_no is not null
