-- The rows of a load that are judged: the newest version of each key, with
-- what the rules need to know. No contact data; VINs are masked.
-- grain: one row per judged row of the load
-- reads: staging.external_score, quality.row_fact
-- writes: nothing
with given as (
    select
        *,
        -- Full marks (100) or a range (0-10); others have no limits here.
        regexp_match(
            translate(scale, '–~', '--'),
            '^ *((-?[0-9]+([.][0-9]+)?)? *- *)?([0-9]+([.][0-9]+)?) *$'
        ) as limits
    from staging.external_score
    where load_id = :load_id
),

facts as (
    select *
    from quality.row_fact
    where
        load_id = :load_id
        and version_state = 'newest'
)

select
    given.load_id,
    given.row_id,
    facts.is_conflicting,
    given.value,
    facts.is_store_known,
    given.store_code,
    given.employee_no,
    given.month,
    given.metric,
    given.scale,
    case
        when lower(btrim(given.scale)) = 'share' then 0
        when given.limits is not null
            then cast(coalesce(given.limits[2], '0') as numeric)
    end as scale_least,
    case
        when lower(btrim(given.scale)) = 'share' then 1
        else cast(given.limits[4] as numeric)
    end as scale_most,
    case
        when given.unreadable is not null
            then (
                select
                    string_agg(
                        unread.field_name, ', ' order by unread.field_name
                    )
                from jsonb_object_keys(given.unreadable)
                    as unread (field_name)
            )
    end as unreadable_columns
from given
inner join facts on given.row_id = facts.row_id
