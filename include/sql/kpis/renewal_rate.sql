-- Insurance renewals: policies that ended in the month and have a later one of
-- the same vehicle and kind from the same store, of those that ended. What
-- another store of the group renewed was not renewed here. A later policy has
-- to have begun by the closing day. A policy that was cancelled did not end of
-- itself and is excluded.
-- Counted for the store, or for the renewal specialist whose policy it is: who
-- owned the last task about its renewal, however that ended, for who had to see
-- to it had the policy; without one, who sold it, if that was a renewal
-- specialist of the store on the policy's last day. One whose tasks ask for a
-- specialist, and had none, is nobody's and among the uncredited rows. Others
-- have no owner_role, so that they are neither: a store may well renew without
-- a specialist, and no owner is missing then.
-- grain: one row per policy whose last day lies in the month
-- reads: core.insurance_policy, care.follow_up_task, core.assignment
-- writes: nothing
with
known as (
    select
        store_code,
        policy_no,
        vin,
        kind,
        status,
        starts_on,
        ends_on,
        sold_by_no
    from core.insurance_policy
    where not is_vanished or vanished_day > :closing_on
),

due as (
    select
        ended.store_code,
        ended.policy_no,
        ended.ends_on,
        ended.sold_by_no,
        ended.status = 'cancelled' as is_cancelled,
        count(renewed.policy_no) filter (
            where ended.store_code = renewed.store_code
        ) > 0 as is_here,
        count(renewed.policy_no) > 0 as is_anywhere
    from known as ended
    left join known as renewed
        on
            ended.vin = renewed.vin
            and ended.kind = renewed.kind
            and ended.starts_on < renewed.starts_on
            and ended.ends_on < renewed.ends_on
            and renewed.status <> 'cancelled'
            and renewed.starts_on <= :closing_on -- noqa: RF02
    where ended.ends_on between :first_day and :last_day -- noqa: RF02
    group by
        ended.store_code,
        ended.policy_no,
        ended.ends_on,
        ended.sold_by_no,
        ended.status
),

-- Whose it is stands in a column's own query, of which nothing is run for the
-- store's figure: that asks for no names.
named as (
    select
        due.*,
        coalesce(
            (
                select tasks.owner_no
                from care.follow_up_task as tasks
                where
                    due.store_code = tasks.store_code
                    and due.policy_no = tasks.document_no
                    and tasks.document_kind = 'insurance_policy'
                    and tasks.owner_role = 'RENEWAL'
                    and tasks.owner_no is not null
                    and tasks.made_day <= :closing_on -- noqa: RF02
                order by tasks.due_on desc, tasks.task_key desc
                limit 1
            ),
            case
                when exists (
                    select 1
                    from core.assignment as posts
                    where
                        due.store_code = posts.store_code
                        and due.sold_by_no = posts.employee_no
                        and posts.role = 'RENEWAL'
                        and due.ends_on >= posts.valid_from
                        and due.ends_on
                        <= coalesce(posts.valid_to, due.ends_on)
                ) then due.sold_by_no
            end
        ) as employee_no,
        exists(
            select 1
            from care.follow_up_task as asked
            where
                due.store_code = asked.store_code
                and due.policy_no = asked.document_no
                and asked.document_kind = 'insurance_policy'
                and asked.owner_role = 'RENEWAL'
                and asked.made_day <= :closing_on -- noqa: RF02
        ) as is_asked_of_one
    from due
)

select
    store_code,
    employee_no,
    ends_on as counted_on,
    'insurance_policy' as row_kind,
    is_cancelled as is_excluded,
    case
        when employee_no is not null or is_asked_of_one then 'RENEWAL'
    end as owner_role,
    store_code || '|' || policy_no as row_key,
    is_here and not is_cancelled as is_numerator,
    case
        when is_cancelled then 'policy_cancelled'
        when is_here then 'renewed'
        when is_anywhere then 'renewed_elsewhere'
        else 'not_renewed'
    end as reason
from named
