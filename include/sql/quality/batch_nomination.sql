-- The rows of a load that are judged: the newest version of each key, with
-- what the rules need to know. No contact data; VINs are masked.
-- grain: one row per judged row of the load
-- reads: staging.nomination, quality.row_fact
-- writes: nothing
with given as (
    select *
    from staging.nomination
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
    facts.is_store_known,
    given.store_code,
    given.employee_no,
    given.month,
    given.award,
    given.nominator_no,
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
    end as unreadable_columns,
    coalesce(given.reason_check, 'missing') as reason_check
from given
inner join facts on given.row_id = facts.row_id
