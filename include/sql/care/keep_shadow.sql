-- A store that is not live yet works in shadow: what would go to its people is
-- held, and what was due before its first day is never sent.
-- grain: one row per task of a store before its first day
-- reads: –
-- writes: pg_temp.night_task
with stores as (
    select
        live.store_code,
        live.live_from,
        cast(:horizon as date) + 1 < live.live_from as is_shadow
    from
        jsonb_to_recordset(cast(:stores as jsonb)) as live (
            store_code text, live_from date
        )
)

update night_task as n
set
    status = case n.status when 'missed' then 'missed' else 'held' end,
    status_reason = 'shadow'
from stores as s
where
    n.store_code = s.store_code
    and (s.is_shadow or n.due_on < s.live_from)
    and (
        n.status = 'open'
        or n.status = 'missed' and n.status_reason = 'not_called'
    )
