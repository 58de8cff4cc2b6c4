-- Other held versions of a case's record, the newest first.
-- grain: one case
-- reads: quality.quarantine
-- writes: nothing
with held as (
    select *
    from quality.quarantine
    where case_id = :case_id
)

select
    other.case_id,
    other.rule_ids,
    other.state,
    other.first_day,
    other.last_day,
    other.closed_day
from held
inner join quality.quarantine as other
    on
        held.system = other.system
        and held.feed = other.feed
        and held.business_key = other.business_key
        and held.case_id <> other.case_id
order by other.last_day desc, other.case_id desc
limit 20
