-- What is known of some customers and of those merged into them, the newest
-- first. Contact data is ciphertext.
-- grain: one row per role
-- reads: core.customer, core.customer_role, core.document_role
-- writes: nothing
with asked as (
    select cast(:customer_ids as text[]) as customer_ids
)

select
    roles.customer_id,
    roles.role_key,
    roles.kind,
    roles.vin,
    roles.role,
    roles.store_code,
    roles.first_on,
    roles.last_on,
    documents.name_cipher,
    documents.phone_cipher,
    coalesce(customers.merged_into, customers.customer_id) as known_id
from asked
cross join core.customer as customers
inner join core.customer_role as roles
    on customers.customer_id = roles.customer_id
left join core.document_role as documents
    on
        roles.store_code = documents.store_code
        and roles.document_kind = documents.document_kind
        and roles.document_no = documents.document_no
        and roles.role = documents.role
where
    customers.customer_id = any(asked.customer_ids)
    or customers.merged_into = any(asked.customer_ids)
order by
    known_id asc,
    roles.last_on desc nulls last,
    roles.first_on desc nulls last,
    roles.role_key asc
