-- troubles told in calls --------------------------------------------------
-- A task inside the house stands on the document about which the customer was
-- called, and is numbered by the day of the call, as greetings are.
alter table care.follow_up_task
drop constraint follow_up_task_event_check,
add constraint follow_up_task_event_check check (
    event in (
        'delivery', 'workshop_exit', 'invoice', 'last_visit',
        'first_service_due', 'service_due', 'policy_end', 'lead_defeated',
        'birthday', 'lunar_birthday', 'festival', 'campaign', 'referral',
        'trouble_told'
    )
);

-- What customers said of a document on a day, its calls together: the lowest
-- mark, and whether there was a complaint or a fault not cleared. Whom the call
-- was to is whom the trouble is of.
create view care.trouble as
select
    said.store_code,
    called.document_kind,
    called.document_no,
    said.called_on as event_on,
    cast(to_char(said.called_on, 'YYYYMMDD') as integer) as occurrence,
    min(called.vin) as vin,
    min(said.version_day) as version_day,
    min(said.satisfaction) as satisfaction,
    bool_or(
        said.is_complaint or coalesce(not said.is_fault_cleared, false)
    ) as is_trouble,
    (
        array_agg(
            called.contact_kind
            order by said.is_complaint desc, said.satisfaction asc, said.task_key
        )
    )[1] as contact_kind,
    (
        array_agg(
            called.contact_check
            order by said.is_complaint desc, said.satisfaction asc, said.task_key
        )
    )[1] as contact_check,
    (
        array_agg(
            called.contact_digest
            order by said.is_complaint desc, said.satisfaction asc, said.task_key
        )
    )[1] as contact_digest
from core.call_result as said
inner join care.follow_up_task as called on said.task_key = called.task_key
where
    (
        said.is_complaint
        or not said.is_fault_cleared
        or said.satisfaction is not null
    )
    and called.event <> 'trouble_told'
group by
    said.store_code, called.document_kind, called.document_no, said.called_on;

-- Each night looks at the calls of some weeks for troubles.
create index call_result_said_idx
on core.call_result (store_code, called_on, satisfaction)
where is_complaint or not is_fault_cleared or satisfaction is not null;

-- What a complaint says is read by the call in which it was made.
create index complaint_task_idx on core.complaint (task_key)
where task_key is not null;

-- When a trouble became known is asked of all versions of its calls.
create index call_result_task_idx on staging.call_result (task_key);

-- referrals -----------------------------------------------------------------
-- Who sent a buyer is found by the order of those whose car is delivered.
create index referral_order_idx on core.referral (store_code, new_order_no);
