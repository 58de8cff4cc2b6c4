-- Every line that decided about a next service is never edited again.
-- grain: one row per policy line used for the first time
-- reads: pg_temp.service_base, care.service_term
-- writes: ops.policy_line
with used as (
    select distinct
        bases.store_code,
        bases.base_from
    from service_base as bases
),

line_ids as (
    select distinct lines.line_id
    from used
    inner join care.service_term as terms
        on
            used.store_code = terms.store_code
            and used.base_from = terms.base_from
    cross join jsonb_each_text(terms.lines) as lines (name, line_id)
)

update ops.policy_line as held
set is_used = true
from line_ids
where
    held.line_id = line_ids.line_id
    and not held.is_used
