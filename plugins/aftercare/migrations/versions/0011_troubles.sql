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

-- What customers said of a document on a day, its calls together: the lowest
-- mark, and whether there was a complaint or a fault not cleared. Whom the worst
-- call was to is whom the trouble is of. said_digest differs when anything that
-- was said does, words included.
create view care.trouble as
with said as (
    select
        c.store_code,
        called.document_kind,
        called.document_no,
        called.vin,
        called.contact_kind,
        called.contact_check,
        c.called_on as event_on,
        c.version_day,
        c.satisfaction,
        c.is_complaint
        or coalesce(not c.is_fault_cleared, false) as is_trouble,
        c.task_key,
        c.attempt_no,
        concat_ws(
            '|',
            c.task_key,
            c.attempt_no,
            c.satisfaction,
            c.is_complaint,
            c.is_fault_cleared,
            c.remark_hash,
            worded.description_hash
        ) as words
    from core.call_result as c
    inner join care.follow_up_task as called on c.task_key = called.task_key
    left join lateral (
        select k.description_hash
        from core.complaint as k
        where c.is_complaint and c.task_key = k.task_key
        order by k.received_at desc, k.complaint_no asc
        limit 1
    ) as worded on true
    where
        (
            c.is_complaint
            or not c.is_fault_cleared
            or c.satisfaction is not null
        )
        and called.event <> 'trouble_told'
)

select
    store_code,
    document_kind,
    document_no,
    event_on,
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
        convert_to(string_agg(words, '/' order by task_key, attempt_no), 'UTF8')
    ) as said_digest
from said
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
