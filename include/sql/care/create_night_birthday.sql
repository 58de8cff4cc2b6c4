-- The hashes of all dates of birth whose birthday is kept on a day that tonight
-- asks about. They last as long as the night's transaction: written down, they
-- would say when everybody was born.
-- grain: one row per event, day and date of birth
-- reads: –
-- writes: pg_temp.night_birthday
create temporary table if not exists night_birthday (
    event text not null,
    kept_on date not null,
    birthday_hash bytea not null,
    primary key (event, kept_on, birthday_hash)
) on commit drop
