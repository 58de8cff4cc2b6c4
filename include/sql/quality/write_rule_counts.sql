-- Both counts of each rule, and whether the batch stays within its limits.
-- Rows that a steward let through do not count against a limit.
-- grain: one row per rule of the suite
-- reads: quality.flag, quality.good_row
-- writes: quality.rule_count
with limits as (
    select
        cast(:load_id as bigint) as load_id,
        cast(:judged as bigint) as judged,
        cast(:min_rows as bigint) as least_rows
),

rules as (
    select *
    from unnest(
        cast(:rule_ids as text[]),
        cast(:severities as text[]),
        cast(:max_shares as numeric[]),
        cast(:counted as bigint[])
    ) as given (rule_id, severity, max_share, counted)
),

flags as (
    select
        flags.rule_id,
        count(*) as flagged,
        count(*) filter (where good.row_id is null) as held
    from quality.flag as flags
    inner join limits on flags.load_id = limits.load_id
    left join quality.good_row as good
        on
            flags.load_id = good.load_id
            and flags.row_id = good.row_id
    group by flags.rule_id
)

insert into quality.rule_count (
    load_id,
    rule_id,
    severity,
    flagged,
    gx_unexpected,
    rows,
    max_share,
    is_within_limit
)
select
    limits.load_id,
    rules.rule_id,
    rules.severity,
    coalesce(flags.flagged, 0) as flagged,
    rules.counted as gx_unexpected,
    limits.judged,
    rules.max_share,
    rules.max_share is null
    or limits.judged < limits.least_rows
    or coalesce(flags.held, 0)
    <= rules.max_share * limits.judged as is_within_limit
from rules
cross join limits
left join flags on rules.rule_id = flags.rule_id
returning rule_id, flagged, rows, max_share, is_within_limit
