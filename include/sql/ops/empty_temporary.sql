-- What a commit would have dropped. A night's work tables are emptied instead:
-- each new table takes locks until the end of the transaction, of which the
-- server has a limited number, and a rehearsal may play hundreds of nights.
-- grain: –
-- reads: –
-- writes: all temporary tables of the session
do $$
declare
    work_table text;
begin
    for work_table in
        select relname
        from pg_catalog.pg_class
        where relnamespace = pg_my_temp_schema() and relkind = 'r'
    loop
        if starts_with(work_table, 'night_') then
            execute format('truncate pg_temp.%I', work_table);
        else
            execute format('drop table pg_temp.%I', work_table);
        end if;
    end loop;
end
$$
