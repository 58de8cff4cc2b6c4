-- grain: one row per campaign, the newest first
-- reads: care.campaign, care.follow_up_task
-- writes: –
with counted as (
    select
        occurrence as campaign_no,
        count(*) as tasks,
        count(*) filter (where status = 'open') as open_tasks,
        count(*) filter (where status = 'done') as done_tasks
    from care.follow_up_task
    where event = 'campaign'
    group by occurrence
)

select
    k.campaign_code,
    k.kind,
    k.subject,
    k.store_codes,
    k.starts_on,
    k.started_by,
    k.started_at,
    k.stopped_by,
    k.stopped_at,
    coalesce(c.tasks, 0) as tasks,
    coalesce(c.open_tasks, 0) as open_tasks,
    coalesce(c.done_tasks, 0) as done_tasks
from care.campaign as k
left join counted as c on k.campaign_no = c.campaign_no
order by k.starts_on desc, k.campaign_no desc
