-- What staff answered about the tasks of each rule that were due in a month;
-- greetings and campaigns are numbered by day or campaign and count together.
-- A task is finished when somebody was reached or no further call makes
-- sense; one that nobody finished says nothing about its rule.
-- grain: one row per store, pack, rule, occurrence and follow-up with a
--   finished task
-- reads: care.follow_up_task
-- writes: –
with answered as (
    select
        store_code,
        pack,
        rule_id,
        status_reason,
        split_part(
            split_part(policy_line, '/follow_ups/', 2), '/', 1
        ) as follow_up,
        case
            when
                event in (
                    'birthday', 'lunar_birthday', 'festival', 'campaign',
                    'referral', 'trouble_told'
                )
                then 0
            else occurrence
        end as occurrence
    from care.follow_up_task
    where
        due_on between :first_day and :last_day
        and status = 'done'
        and (
            cast(:store_code as text) is null
            or store_code = :store_code
        )
)

select
    store_code,
    pack,
    rule_id,
    occurrence,
    follow_up,
    count(*) as finished,
    count(*) filter (where status_reason = 'wrong_person') as wrong_person,
    count(*) filter (where status_reason = 'already_called') as already_called,
    count(*) filter (
        where status_reason = 'not_our_customer'
    ) as not_our_customer
from answered
group by store_code, pack, rule_id, occurrence, follow_up
order by store_code, pack, rule_id, occurrence, follow_up
