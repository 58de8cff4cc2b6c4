-- grain: one row per kind of change
-- reads: pg_temp.night_change, pg_temp.night_message
-- writes: –
select
    c.old_status,
    c.new_status,
    c.is_moved,
    c.is_listed,
    c.status_reason,
    m.state as message_state,
    count(*) as task_count
from night_change as c
left join night_message as m on c.task_key = m.task_key
group by
    c.old_status,
    c.new_status,
    c.is_moved,
    c.is_listed,
    c.status_reason,
    m.state
order by
    c.old_status,
    c.new_status,
    c.is_moved,
    c.is_listed,
    c.status_reason,
    m.state
