-- Rows of all KPIs of the month, before they are credited to anybody.
-- A row is its owner's work; where there are `holder_roles` it is the store's,
-- and belongs to all who hold one of these posts there in the month.
-- grain: one row per KPI and counted row, for the length of a transaction
-- reads: nothing
-- writes: pg_temp.kpi_fact
create temporary table kpi_fact (
    kpi_id text not null,
    holder_roles text[],
    store_code text not null,
    counted_on date not null,
    row_kind text not null,
    row_key text not null,
    is_numerator boolean not null,
    is_excluded boolean not null,
    reason text,
    owner_role text,
    employee_no text,
    check ((owner_role is null) = (holder_roles is not null))
) on commit drop
