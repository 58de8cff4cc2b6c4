-- What the warehouse's server says of itself. data_folder is null for a role
-- that may not see it.
-- grain: one row
-- reads: pg_settings
-- writes: nothing
select
    cast(current_setting('server_version_num') as integer) as server_version,
    current_setting('TimeZone') as time_zone,
    clock_timestamp() as told_at,
    (
        select settings.setting
        from pg_catalog.pg_settings as settings
        where settings.name = 'data_directory'
    ) as data_folder
