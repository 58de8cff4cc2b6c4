-- Where contact data and keyed hashes stand: columns ending in _cipher and
-- _hash, and whole staging rows that were kept as JSON.
-- grain: one row per column
-- reads: pg_catalog
-- writes: nothing
with rooms as (
    select
        given.room,
        given.place
    from unnest(cast(:schemas as text[])) with ordinality
        as given (room, place)
),

columns as (
    select
        rooms.place,
        rooms.room,
        tables.relname,
        tables.oid,
        columns.attnum,
        columns.attname,
        case
            when columns.atttypid = cast('jsonb' as regtype) then 'row'
            when columns.attname like '%\_cipher' then 'cipher'
            else 'hash'
        end as kind
    from pg_catalog.pg_class as tables
    inner join pg_catalog.pg_namespace as spaces
        on tables.relnamespace = spaces.oid
    inner join rooms on spaces.nspname = rooms.room
    inner join pg_catalog.pg_attribute as columns
        on tables.oid = columns.attrelid
    where
        tables.relkind = 'r'
        and columns.attnum > 0
        and (
            (
                columns.attname ~ '_(cipher|hash)$'
                and columns.atttypid = cast('bytea' as regtype)
            )
            or (
                columns.attname = 'source_row'
                and columns.atttypid = cast('jsonb' as regtype)
            )
        )
),

-- In the order of the primary key.
keys as (
    select
        indexes.indrelid,
        array_agg(cast(named.attname as text) order by parts.place)
            as key_columns,
        array_agg(format_type(named.atttypid, null) order by parts.place)
            as key_types
    from pg_catalog.pg_index as indexes
    cross join
        unnest(indexes.indkey) with ordinality as parts (attnum, place)
    inner join pg_catalog.pg_attribute as named
        on
            indexes.indrelid = named.attrelid
            and parts.attnum = named.attnum
    where indexes.indisprimary
    group by indexes.indrelid
)

select
    columns.room,
    columns.relname as table_name,
    columns.attname as column_name,
    columns.kind,
    keys.key_columns,
    keys.key_types
from columns
inner join keys on columns.oid = keys.indrelid
order by columns.place, columns.relname, columns.attnum
