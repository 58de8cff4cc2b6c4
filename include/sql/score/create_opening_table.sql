-- When stores are open around the month, in local time; of a closed day when
-- they open next.
-- grain: one row per store and day, for the length of a transaction
-- reads: nothing
-- writes: pg_temp.opening
create temporary table opening (
    store_code text not null,
    day date not null,
    opens_at timestamp,
    closes_at timestamp,
    next_opens_at timestamp not null,
    primary key (store_code, day)
) on commit drop
