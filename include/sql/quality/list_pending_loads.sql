-- Loads that hold a row which a steward let through since they were settled. A
-- load that was refused waits for its night to be run again.
-- grain: one load
-- reads: quality.quarantine, quality.good_row, quality.staged_row, ops.load
-- writes: nothing
with asked as (select cast(:system as text) as system_name)

select distinct
    loads.system,
    loads.feed,
    loads.business_day,
    loads.load_id
from asked
inner join quality.quarantine as held
    on held.system = coalesce(asked.system_name, held.system)
inner join ops.load as loads on held.load_id = loads.load_id
-- A later pull of the day may have replaced the row.
inner join quality.staged_row as staged
    on
        held.load_id = staged.load_id
        and held.row_id = staged.row_id
        and held.source_row ->> 'row_hash' = staged.source_row ->> 'row_hash'
left join quality.good_row as good
    on
        held.load_id = good.load_id
        and held.row_id = good.row_id
where
    held.is_waiting
    and held.state in ('released', 'waived')
    and good.row_id is null
    and loads.state in ('validated', 'merged')
order by loads.business_day, loads.load_id
