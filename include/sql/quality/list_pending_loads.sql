-- Loads that hold a row which a steward let through and which has not gone
-- on yet. A load that was refused waits for its night to be run again.
-- grain: one load
-- reads: quality.quarantine, quality.good_row, quality.staged_row, ops.load
-- writes: nothing
select distinct
    loads.system,
    loads.feed,
    loads.business_day,
    loads.load_id
from quality.quarantine as held
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
    held.state in ('released', 'waived')
    and good.row_id is null
    and loads.state in ('validated', 'merged')
order by loads.business_day, loads.load_id
