-- Phones that began or ceased to say who somebody is.
-- grain: one row per phone
-- reads: –
-- writes: pg_temp.turned_phone
create temporary table turned_phone (phone_hash bytea primary key)
on commit drop
