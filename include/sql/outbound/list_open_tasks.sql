-- grain: one row per task that a store works on, in the order of its list
-- reads: care.follow_up_task
-- writes: –
select task_key
from care.follow_up_task
where
    store_code = :store_code
    and status = 'open'
    and open_on <= :work_day
    and expires_on >= :today
order by deadline_on, owner_no, task_key
