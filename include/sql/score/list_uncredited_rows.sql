-- Rows of a post that name nobody, or somebody who did not hold it that day,
-- and those of a store that has nobody in it, with why each is nobody's. Two
-- figures that ask for the same row list it twice, and the month counts it
-- once. What is left out of a figure lacks nobody.
-- grain: one row per KPI and counted row that nobody's scorecard holds
-- reads: pg_temp.kpi_fact, pg_temp.new_evidence
-- writes: nothing
select
    kpi_fact.kpi_id,
    kpi_fact.store_code,
    kpi_fact.row_kind,
    kpi_fact.row_key,
    kpi_fact.counted_on,
    kpi_fact.employee_no,
    coalesce(kpi_fact.holder_roles, array[kpi_fact.owner_role]) as roles,
    case
        when kpi_fact.holder_roles is not null then 'nobody_in_post'
        when kpi_fact.employee_no is null then 'no_owner'
        else 'not_in_post'
    end as why
from kpi_fact
where
    not kpi_fact.is_excluded
    and not exists (
        select 1
        from new_evidence
        where
            new_evidence.kpi_id = kpi_fact.kpi_id
            and new_evidence.row_kind = kpi_fact.row_kind
            and new_evidence.row_key = kpi_fact.row_key
    )
order by
    kpi_fact.kpi_id,
    kpi_fact.store_code,
    kpi_fact.counted_on,
    kpi_fact.row_kind,
    kpi_fact.row_key
