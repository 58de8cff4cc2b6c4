-- The month's follow-ups, judged once: what every KPI over follow-ups reads.
-- Those that policy counts, that is: calls after a sale or a repair; a
-- reminder, a renewal or a campaign is due to nobody's rate of follow-ups.
-- A call counts until the closing day; of several answers the last counts.
-- A task without an attempt has no day in `first_called_on`; that somebody
-- was called already, or is no customer of the store, is an answer and no
-- attempt, and neither is a message that the gateway refused. A message that
-- was sent is one; where nobody was called beside it,
-- `is_by_message`, it says nothing of who was reached. `excuse` says why a task
-- leaves the required number whatever is counted: the customer refused, or had
-- asked before not to be called, about this vehicle or another of theirs, or
-- staff answered that there was nobody to call, or another contact went first
-- to the end, or the task's data came when it was over, or its store was not
-- live yet. What was told in the call about another task was done with it, on
-- that day; in a message, as a message is.
-- grain: one row per follow-up task due in the month, while a transaction runs
-- reads: care.follow_up_task, core.call_result, care.do_not_call_person,
--   care.do_not_call_number, care.vehicle_owner, care.occasion,
--   core.document_customer, core.sales_order, pg_temp.waited_follow_up
-- writes: pg_temp.judged_follow_up
create temporary table judged_follow_up on commit drop as
with
tasks as (
    select
        task_key,
        store_code,
        owner_role,
        owner_no,
        vin,
        document_kind,
        document_no,
        contact_kind,
        channel,
        open_on,
        due_on,
        deadline_on,
        expires_on,
        made_day,
        case when status_reason = 'told' then merged_into end as told_with,
        coalesce(status_reason = 'contact_budget', false)
        or task_key in (select waited.task_key from waited_follow_up as waited)
            as has_waited,
        coalesce(contact_check = 'valid', false)
        and coalesce(
            status_reason not in ('staff_number', 'shared_number'), true
        )
        and not coalesce(
            status_reason in ('unreachable', 'wrong_number')
            and status <> 'done', false
        ) as is_number_usable,
        coalesce(
            status_reason in ('stopped', 'paused', 'consent_refused'), false
        ) as is_unwanted,
        case
            when status_reason in ('shadow', 'store_closed') then status_reason
        end as store_obstacle,
        coalesce(late_reason = 'late_by_data', false) as is_late_by_data
    from care.follow_up_task
    where
        due_on between :first_day and :last_day
        and is_counted
        and (status <> 'withdrawn' or changed_day > :closing_on)
),

calls as (
    select
        task_key,
        min(called_on) filter (
            where outcome not in (
                'already_called', 'not_our_customer', 'message_refused'
            )
        ) as first_called_on,
        min(called_on) filter (
            where outcome in ('reached', 'declined')
        ) as first_reached_on,
        bool_or(outcome = 'refused') as is_refused,
        bool_or(outcome = 'message_sent')
        and not bool_or(outcome not like 'message%') as is_by_message,
        bool_or(outcome not like 'message%') as is_called,
        bool_or(outcome in ('invalid_number', 'wrong_person'))
            as is_number_wrong,
        array_agg(called_at) filter (
            where outcome in ('no_answer', 'busy', 'powered_off')
        ) as called_in_vain,
        (
            array_agg(outcome order by called_at desc, attempt_no desc)
            filter (
                where outcome in (
                    'wrong_person', 'already_called', 'not_our_customer'
                )
            )
        )[1] as staff_answer,
        (
            array_agg(satisfaction order by attempt_no desc)
            filter (where outcome = 'reached' and satisfaction is not null)
        )[1] as satisfaction,
        (
            array_agg(is_fault_cleared order by attempt_no desc)
            filter (where outcome = 'reached' and is_fault_cleared is not null)
        )[1] as is_fault_cleared
    from core.call_result
    where
        called_on <= :closing_on
        and task_key in (select tasks.task_key from tasks)
    group by task_key
),

reached as (
    select
        task_key,
        called_on,
        outcome = 'message_sent' as is_message,
        outcome = 'message_sent' and attempt_no = 0 as is_by_gateway
    from core.call_result
    where
        outcome in ('reached', 'declined', 'message_sent')
        and called_on <= :closing_on
        and task_key in (select tasks.told_with from tasks)
),

told_calls as (
    select
        tasks.task_key,
        min(reached.called_on) as told_on,
        min(reached.called_on) filter (where not reached.is_message)
            as told_in_call_on
    from tasks
    inner join reached
        on
            tasks.told_with = reached.task_key
            and (not reached.is_by_gateway or tasks.channel = 'sms')
            and reached.called_on between tasks.open_on and tasks.expires_on
    group by tasks.task_key
),

contacts as (
    select
        tasks.task_key,
        least(calls.first_called_on, told_calls.told_on) as first_called_on,
        least(calls.first_reached_on, told_calls.told_in_call_on)
            as first_reached_on,
        told_calls.told_on is not null
        and told_calls.told_in_call_on is null
        and not coalesce(calls.is_called, false) as is_told_by_message,
        coalesce(told_calls.told_on < calls.first_reached_on, true)
        and told_calls.told_on is not null as is_told
    from tasks
    left join calls on tasks.task_key = calls.task_key
    left join told_calls on tasks.task_key = told_calls.task_key
),

-- Through the month's vehicles; what persons asked for is read below. A used
-- car was registered to others, and is the buyer's since its delivery.
vehicle_tasks as (
    select
        named.task_key,
        named.vin,
        coalesce(bought.delivered_on, named.event_on) as owned_on
    from care.follow_up_task as named
    left join core.sales_order as bought
        on
            named.event = 'registration'
            and named.store_code = bought.store_code
            and named.document_no = bought.order_no
    where named.vin in (select tasks.vin from tasks)
),

requests as (
    select
        task_key,
        called_on
    from core.call_result
    where
        is_do_not_call
        and called_on <= :closing_on
        and task_key in (select vehicle_tasks.task_key from vehicle_tasks)
),

-- They are those of the owner about whose visit or purchase the call was.
do_not_calls as (
    select
        tasks.task_key,
        min(requests.called_on) as asked_on
    from requests
    inner join vehicle_tasks on requests.task_key = vehicle_tasks.task_key
    inner join tasks on vehicle_tasks.vin = tasks.vin
    inner join vehicle_tasks as asked on tasks.task_key = asked.task_key
    left join lateral (
        select
            owners.name_hash,
            owners.known_ids
        from care.vehicle_owner as owners
        where
            vehicle_tasks.vin = owners.vin
            and least(vehicle_tasks.owned_on, requests.called_on)
            >= owners.first_on
        order by
            least(
                owners.last_on, vehicle_tasks.owned_on, requests.called_on
            ) desc,
            owners.first_on desc,
            owners.name_hash asc
        limit 1
    ) as speaker on true
    left join lateral (
        select
            owners.name_hash,
            owners.known_ids
        from care.vehicle_owner as owners
        where asked.vin = owners.vin and asked.owned_on >= owners.first_on
        order by
            least(owners.last_on, asked.owned_on) desc,
            owners.first_on desc,
            owners.name_hash asc
        limit 1
    ) as asked_owner on true
    where
        coalesce(
            speaker.name_hash = asked_owner.name_hash
            or speaker.known_ids && asked_owner.known_ids,
            true
        )
    group by tasks.task_key
),

-- Worked out once each, and asked of the wishes' documents alone: the planner
-- would read all orders for each task.
person_wishes as materialized (
    select
        known_id,
        vin,
        called_on
    from care.do_not_call_person
    where called_on <= :closing_on
),

known_wishes as materialized (
    select
        tasks.task_key,
        tasks.store_code,
        tasks.document_kind,
        tasks.document_no,
        tasks.contact_kind,
        wishes.known_id,
        wishes.called_on
    from person_wishes as wishes
    inner join tasks on wishes.vin = tasks.vin
),

person_do_not_calls as (
    select
        known.task_key,
        min(known.called_on) as asked_on
    from known_wishes as known
    inner join lateral (
        select persons.known_id
        from core.document_customer as persons
        where
            known.store_code = persons.store_code
            and known.document_kind = persons.document_kind
            and known.document_no = persons.document_no
            and known.contact_kind = any(persons.contact_kinds)
        offset 0 -- noqa: AM09
    ) as persons on known.known_id = persons.known_id
    group by known.task_key
),

number_wishes as materialized (
    select
        contact_hash,
        min(called_on) as asked_on
    from care.do_not_call_number
    where called_on <= :closing_on
    group by contact_hash
),

called_numbers as materialized (
    select
        tasks.task_key,
        tasks.store_code,
        tasks.document_kind,
        tasks.document_no,
        tasks.contact_kind,
        wishes.asked_on
    from tasks
    inner join lateral (
        select
            case tasks.contact_kind
                when 'owner' then documents.owner_hash
                else documents.contact_hash
            end as contact_hash
        from care.occasion as documents
        where
            tasks.document_kind = documents.document_kind
            and tasks.store_code = documents.store_code
            and tasks.document_no = documents.document_no
            and documents.event in ('delivery', 'workshop_exit')
        offset 0 -- noqa: AM09
    ) as numbers on true
    inner join number_wishes as wishes
        on numbers.contact_hash = wishes.contact_hash
),

-- Where an order names nobody who is known, the number is the person.
number_do_not_calls as (
    select
        called.task_key,
        called.asked_on
    from called_numbers as called
    left join lateral (
        select true as is_named
        from core.document_customer as persons
        where
            called.store_code = persons.store_code
            and called.document_kind = persons.document_kind
            and called.document_no = persons.document_no
            and called.contact_kind = any(persons.contact_kinds)
            and persons.kind = 'person'
        limit 1 -- noqa: AM09
    ) as persons on true
    where persons.is_named is null
),

asked as (
    select
        tasks.task_key,
        least(
            do_not_calls.asked_on,
            person_do_not_calls.asked_on,
            number_do_not_calls.asked_on
        ) as asked_on
    from tasks
    left join do_not_calls on tasks.task_key = do_not_calls.task_key
    left join person_do_not_calls
        on tasks.task_key = person_do_not_calls.task_key
    left join number_do_not_calls
        on tasks.task_key = number_do_not_calls.task_key
)

select
    tasks.owner_role,
    tasks.store_code,
    tasks.owner_no as employee_no,
    tasks.due_on as counted_on,
    'follow_up_task' as row_kind,
    tasks.task_key as row_key,
    tasks.document_kind,
    tasks.document_no,
    tasks.deadline_on,
    tasks.expires_on,
    tasks.is_number_usable,
    tasks.is_late_by_data,
    contacts.first_called_on,
    contacts.first_reached_on,
    contacts.is_told,
    calls.satisfaction,
    calls.is_fault_cleared,
    calls.called_in_vain,
    coalesce(calls.is_refused, false) as is_refused,
    coalesce(calls.is_by_message, false) or contacts.is_told_by_message
        as is_by_message,
    coalesce(calls.is_number_wrong, false) as is_number_wrong,
    case when contacts.first_reached_on is null then calls.staff_answer end
        as staff_answer,
    case
        when calls.is_refused and contacts.first_reached_on is null
            then 'refused'
        when tasks.is_unwanted and contacts.first_called_on is null
            then 'do_not_call'
        when
            asked.asked_on <= tasks.deadline_on
            and (
                contacts.first_called_on is null
                or asked.asked_on < contacts.first_called_on
            )
            then 'do_not_call'
        when
            contacts.first_reached_on is null
            and calls.staff_answer is not null
            then calls.staff_answer
        when
            tasks.store_obstacle is not null
            and contacts.first_called_on is null
            then tasks.store_obstacle
        when tasks.has_waited and contacts.first_called_on is null
            then 'budget'
        when
            contacts.first_called_on is null
            and tasks.is_late_by_data
            and tasks.made_day >= tasks.expires_on
            then 'late_by_data'
    end as excuse
from tasks
inner join contacts on tasks.task_key = contacts.task_key
left join calls on tasks.task_key = calls.task_key
inner join asked on tasks.task_key = asked.task_key
