-- Rows of all KPIs of the month, before they are credited to anybody.
-- grain: one row per KPI and counted row, for the length of a transaction
-- reads: nothing
-- writes: pg_temp.kpi_fact
create temporary table kpi_fact (
    kpi_id text not null,
    owner_role text not null,
    store_code text not null,
    employee_no text,
    counted_on date not null,
    row_kind text not null,
    row_key text not null,
    is_numerator boolean not null,
    is_excluded boolean not null,
    reason text
) on commit drop
