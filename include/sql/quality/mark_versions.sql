-- Of each key only the newest version goes on: exact copies collapse, older
-- versions are stale, and different rows of one time conflict. A row whose
-- key is incomplete stands for itself.
-- grain: one row per row that is not the only one of its key
-- reads: quality.row_fact
-- writes: quality.row_fact
with given as (
    select
        row_fact.row_id,
        row_fact.version_at,
        row_fact.row_hash,
        case
            when row_fact.is_key_complete then row_fact.business_key
            else row_fact.business_key || encode(row_fact.row_hash, 'hex')
        end as version_of
    from quality.row_fact as row_fact
    where row_fact.load_id = :load_id
),

copies as (
    select
        given.row_id,
        given.version_of,
        given.version_at,
        row_number() over (
            partition by given.version_of, given.row_hash
            order by given.version_at desc, given.row_id asc
        ) as copy_no,
        max(given.version_at) over (
            partition by given.version_of
        ) as newest_at
    from given
),

versions as (
    select
        copies.row_id,
        case
            when copies.copy_no > 1 then 'collapsed'
            when copies.version_at < copies.newest_at then 'stale'
            else 'newest'
        end as version_state,
        count(*) over (
            partition by copies.version_of, copies.copy_no, copies.version_at
        ) as rivals
    from copies
)

update quality.row_fact as row_fact
set
    version_state = versions.version_state,
    is_conflicting = versions.version_state = 'newest' and versions.rivals > 1
from versions
where
    row_fact.load_id = :load_id
    and row_fact.row_id = versions.row_id
    and (versions.version_state <> 'newest' or versions.rivals > 1)
