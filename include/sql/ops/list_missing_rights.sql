-- Tables of the warehouse that this role cannot use as the stages do.
-- grain: one row per table that lacks a right
-- reads: pg_tables
-- writes: nothing
with wanted as (
    select
        rights.privilege,
        tables.schemaname || '.' || tables.tablename as table_name
    from pg_catalog.pg_tables as tables
    cross join
        unnest(array['select', 'insert', 'update', 'delete'])
            as rights (privilege)
    where
        tables.schemaname in (
            'ops', 'staging', 'quality', 'core', 'care', 'outbound', 'score'
        )
        and not coalesce(
            has_schema_privilege(tables.schemaname, 'usage')
            and has_table_privilege(
                format('%I.%I', tables.schemaname, tables.tablename),
                rights.privilege
            ),
            false
        )
)

select
    table_name,
    string_agg(privilege, ', ' order by privilege) as privileges
from wanted
group by table_name
order by table_name
