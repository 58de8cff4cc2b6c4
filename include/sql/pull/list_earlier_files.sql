-- Files that the last two merged nights of the feed before this one have read.
-- grain: one row per night and file
-- reads: ops.load, ops.file_read
-- writes: nothing
with nights as (
    select
        load_id,
        business_day
    from ops.load
    where
        system = :system
        and feed = :feed
        and business_day < :day
        and state = 'merged'
    order by business_day desc
    limit 2
)

select
    nights.business_day,
    files.path
from nights
inner join ops.file_read as files on nights.load_id = files.load_id
order by nights.business_day, files.path
