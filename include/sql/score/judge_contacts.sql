-- The month's reminders, greetings and calls to defeated leads, judged once:
-- what KPIs read about contacts that are no follow-ups. A contact is a call,
-- whoever answered, or a message that went out; that somebody was called
-- already, or is no customer of the store, is an answer and no contact, and a
-- message that the gateway refused is none. What was said in the call about
-- another task was done with it, on that day. `excuse` says why a task leaves
-- the required number: as the night found it for wishes and consent, for none
-- of these contacts asks a person beyond what the night asked.
-- grain: one row per task due in the month, while a transaction runs
-- reads: care.follow_up_task, core.call_result, pg_temp.waited_follow_up
-- writes: pg_temp.judged_contact
create temporary table judged_contact on commit drop as
with
tasks as (
    select
        task_key,
        store_code,
        owner_role,
        owner_no,
        event,
        about,
        channel,
        open_on,
        due_on,
        expires_on,
        case when status_reason = 'told' then merged_into end as told_with,
        case
            when
                status_reason in (
                    'stopped',
                    'paused',
                    'do_not_call',
                    'no_consent',
                    'consent_refused'
                )
                then 'do_not_call'
            when status_reason in ('shadow', 'store_closed') then status_reason
            when
                status_reason = 'contact_budget'
                or task_key in (
                    select waited.task_key from waited_follow_up as waited
                )
                then 'budget'
            when late_reason = 'late_by_data' and made_day >= expires_on
                then 'late_by_data'
        end as obstacle,
        coalesce(contact_check = 'valid', false)
        and coalesce(
            status_reason not in ('staff_number', 'shared_number'), true
        )
        and not coalesce(
            status_reason in ('unreachable', 'wrong_number')
            and status <> 'done', false
        ) as is_number_usable
    from care.follow_up_task
    where
        due_on between :first_day and :last_day
        and (
            about in ('service', 'inspection', 'warranty', 'insurance')
            or event in (
                'birthday', 'lunar_birthday', 'festival', 'lead_defeated'
            )
        )
        and (status <> 'withdrawn' or changed_day > :closing_on)
),

calls as (
    select
        task_key,
        min(called_on) filter (
            where outcome not in (
                'already_called', 'not_our_customer', 'message_refused'
            )
        ) as called_on,
        bool_or(outcome in ('reached', 'declined')) as is_reached,
        bool_or(outcome = 'refused') as is_refused,
        bool_or(outcome = 'message_sent')
        and not bool_or(outcome not like 'message%') as is_by_message,
        bool_or(outcome = 'message_refused') as is_message_refused,
        (
            array_agg(outcome order by called_at desc, attempt_no desc)
            filter (
                where outcome in (
                    'wrong_person', 'already_called', 'not_our_customer'
                )
            )
        )[1] as staff_answer
    from core.call_result
    where
        called_on <= :closing_on
        and task_key in (select tasks.task_key from tasks)
    group by task_key
),

told as (
    select
        tasks.task_key,
        min(said.called_on) as called_on
    from tasks
    inner join core.call_result as said on tasks.told_with = said.task_key
    where
        (
            said.outcome in ('reached', 'declined')
            or (
                said.outcome = 'message_sent'
                and (said.attempt_no > 0 or tasks.channel = 'sms')
            )
        )
        and said.called_on <= :closing_on -- noqa: RF02
        and said.called_on between tasks.open_on and tasks.expires_on
    group by tasks.task_key
)

select
    tasks.owner_role,
    tasks.store_code,
    tasks.owner_no as employee_no,
    tasks.due_on as counted_on,
    'follow_up_task' as row_kind,
    tasks.task_key as row_key,
    tasks.event,
    tasks.about,
    num_nonnulls(calls.called_on, told.called_on) > 0 as is_made,
    case
        when calls.is_refused and not calls.is_reached and told.task_key is null
            then 'refused'
        when
            calls.staff_answer is not null
            and not calls.is_reached
            and told.task_key is null
            then calls.staff_answer
        when num_nonnulls(calls.called_on, told.called_on) = 0
            then tasks.obstacle
    end as excuse,
    case
        when told.task_key is not null then 'told'
        when calls.is_by_message then 'message_sent'
        when calls.called_on is not null then 'attempted'
        when calls.is_message_refused then 'message_refused'
        when tasks.is_number_usable then 'not_attempted'
        else 'no_usable_number'
    end as what_happened
from tasks
left join calls on tasks.task_key = calls.task_key
left join told on tasks.task_key = told.task_key
