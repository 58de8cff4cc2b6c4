-- The customer of an id, or of any document that names them:
-- <store_code>.<document_no>.<role>. stores: where they are known.
-- grain: at most one row
-- reads: core.customer, core.customer_role, core.document_customer
-- writes: nothing
with given as (
    select
        cast(:given as text) as customer_key,
        split_part(cast(:given as text), '.', 1) as store_code,
        regexp_replace(
            cast(:given as text), '^[^.]*[.](.*)[.][^.]*$', '\1'
        ) as document_no,
        split_part(cast(:given as text), '.', -1) as role_name
),

found as (
    select
        customers.customer_id,
        0 as place
    from given
    inner join core.customer as customers
        on given.customer_key = customers.customer_id
    union all
    select
        documents.customer_id,
        1 as place
    from given
    inner join core.document_customer as documents
        on
            given.store_code = documents.store_code
            and given.document_no = documents.document_no
            and given.role_name = documents.role
)

select
    customers.customer_id,
    customers.kind,
    customers.merged_into,
    anchors.store_code,
    anchors.document_no,
    anchors.role,
    (
        select array_agg(distinct roles.store_code order by roles.store_code)
        from core.customer_role as roles
        where customers.customer_id = roles.customer_id
    ) as stores
from found
inner join core.customer as customers
    on found.customer_id = customers.customer_id
inner join core.customer_role as anchors
    on customers.customer_id = anchors.role_key
order by found.place
limit 1
