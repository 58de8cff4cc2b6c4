-- Why contacts of the day are rejected; what stands on them says no more than
-- that.
-- grain: one row per reason
-- reads: outbound.message
-- writes: –
select
    coalesce(reason, '') as reason,
    count(*) as messages
from outbound.message
where
    target = :target
    and entity = 'contact'
    and state = 'rejected'
    and work_day = :work_day
group by coalesce(reason, '')
order by coalesce(reason, '')
