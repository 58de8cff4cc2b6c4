-- troubles told in calls --------------------------------------------------
-- A task inside the house stands on the document about which the customer was
-- called, and is numbered by the day of the call and by the lowest mark that its
-- rule is for. Its rule spans all kinds of documents, and two of them may have
-- one number.
alter table care.follow_up_task
drop constraint follow_up_task_event_check,
add constraint follow_up_task_event_check check (
    event in (
        'delivery', 'workshop_exit', 'invoice', 'last_visit',
        'first_service_due', 'service_due', 'policy_end', 'lead_defeated',
        'birthday', 'lunar_birthday', 'festival', 'campaign', 'referral',
        'trouble_told'
    )
),
drop constraint follow_up_task_store_code_rule_id_document_no_occurrence_key,
add constraint follow_up_task_document_key
unique (store_code, rule_id, document_no, occurrence, document_kind);

-- Calls in which a customer gave a mark, complained or said that the fault is
-- still there, with what was written down and the task that they were about.
create view care.answered_call as
select
    said.store_code,
    called.document_kind,
    called.document_no,
    said.called_on as event_on,
    said.task_key,
    said.attempt_no,
    said.called_at,
    said.satisfaction,
    said.is_complaint,
    said.is_fault_cleared,
    said.is_complaint
    or coalesce(not said.is_fault_cleared, false) as is_trouble,
    said.remark_cipher,
    worded.description_cipher,
    said.load_id,
    said.version_day,
    greatest(said.version_at, worded.version_at) as version_at,
    called.vin,
    called.contact_kind,
    called.contact_check,
    called.script_id
from core.call_result as said
inner join care.follow_up_task as called on said.task_key = called.task_key
left join lateral (
    select
        k.description_cipher,
        k.version_at
    from core.complaint as k
    where said.task_key = k.task_key
    order by k.received_at desc, k.complaint_no asc
    limit 1
) as worded on said.is_complaint
where
    (
        said.is_complaint
        or not said.is_fault_cleared
        or said.satisfaction is not null
    )
    and called.event <> 'trouble_told';

-- What customers said of a document on a day, its calls together: the lowest
-- mark, and whether there was a complaint or a fault not cleared. Whom the worst
-- call was to is whom the trouble is of. said_digest differs when a call comes
-- otherwise; keys may change, so no hash of words is in it.
create view care.trouble as
select
    store_code,
    document_kind,
    document_no,
    event_on,
    cast(to_char(event_on, 'YYYYMMDD') as integer) * 10 as day_number,
    min(vin) as vin,
    min(version_day) as version_day,
    min(satisfaction) as satisfaction,
    bool_or(is_trouble) as is_trouble,
    (
        array_agg(
            contact_kind order by is_trouble desc, satisfaction asc, task_key asc
        )
    )[1] as contact_kind,
    (
        array_agg(
            contact_check order by is_trouble desc, satisfaction asc, task_key asc
        )
    )[1] as contact_check,
    sha256(
        convert_to(
            string_agg(
                concat_ws(
                    '|', task_key, attempt_no, extract(epoch from version_at)
                ),
                '/' order by task_key, attempt_no
            ),
            'UTF8'
        )
    ) as said_digest
from care.answered_call
group by store_code, document_kind, document_no, event_on;

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
