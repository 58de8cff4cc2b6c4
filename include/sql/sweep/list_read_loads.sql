-- Loads whose rows had been read when a sweep began to read keys, whenever
-- they are merged. Only a load that was never pulled has no report of it.
-- grain: one row per load
-- reads: ops.sweep, ops.load, ops.stage_report
-- writes: nothing
select loads.load_id
from ops.sweep as this
inner join ops.load as loads
    on
        this.system = loads.system
        and this.feed = loads.feed
left join ops.stage_report as reports
    on
        reports.stage = 'pull'
        and cast(loads.business_day as text) = reports.partition_key
        and loads.system || '/' || loads.feed = reports.part
where
    this.sweep_id = :sweep_id -- noqa: RF02
    and coalesce(reports.reported_at, loads.changed_at) < this.started_at
