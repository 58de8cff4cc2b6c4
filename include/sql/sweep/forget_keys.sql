-- The keys that sweeps of the feed read before, but not those of a later day's
-- sweep. All its sweeps stay locked until this one is done, so that no two of
-- them mix.
-- grain: one row per key
-- reads: ops.sweep
-- writes: staging.swept_key
with sweeps as (
    select
        same_feed.sweep_id,
        same_feed.business_day <= this.business_day as is_older
    from ops.sweep as this
    inner join ops.sweep as same_feed
        on
            this.system = same_feed.system
            and this.feed = same_feed.feed
    where this.sweep_id = :sweep_id -- noqa: RF02
    order by same_feed.sweep_id
    for update of same_feed
)

delete from staging.swept_key as keys
using sweeps
where
    keys.sweep_id = sweeps.sweep_id
    and sweeps.is_older
