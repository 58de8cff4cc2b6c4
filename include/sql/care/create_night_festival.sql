-- The festivals that tonight asks about, by the follow-up that greets on them.
-- grain: one row per follow-up and day
-- reads: –
-- writes: pg_temp.night_festival
create temporary table if not exists night_festival (
    rule_no integer not null,
    kept_on date not null,
    primary key (rule_no, kept_on)
) on commit drop
