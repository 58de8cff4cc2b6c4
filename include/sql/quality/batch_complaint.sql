-- The rows of a load that are judged: the newest version of each key, with
-- what the rules need to know. No contact data; VINs are masked.
-- grain: one row per judged row of the load
-- reads: staging.complaint, quality.row_fact
-- writes: nothing
with given as (
    select *
    from staging.complaint
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
    facts.business_day_end,
    facts.event_start_at,
    given.received_at,
    given.acknowledged_at,
    given.dispatched_at,
    given.planned_at,
    given.solved_at,
    given.second_call_at,
    given.closed_at,
    given.is_satisfied,
    facts.is_store_known,
    given.store_code,
    given.complaint_no,
    given.cause,
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
