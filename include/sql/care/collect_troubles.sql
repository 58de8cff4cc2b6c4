-- What customers told in calls and nobody in the house sees to yet: by what
-- they said, one rule of their store's pack takes it. occurrence: the day, and
-- the lowest mark that the rule is for. Of a day's calls about a document, one
-- has to say it. offset 0: store by store and window by window, and never all
-- calls.
-- grain: one row per document and day of calls
-- reads: pg_temp.night_window, pg_temp.night_rule, core.call_result,
--   care.trouble, care.follow_up_task
-- writes: pg_temp.night_subject
with weak as materialized (
    select distinct
        w.store_code,
        w.rule_no,
        w.calendar,
        called.document_kind,
        called.document_no,
        said.called_on
    from night_window as w
    inner join night_rule as r on w.rule_no = r.rule_no
    inner join lateral (
        select
            c.task_key,
            c.called_on
        from core.call_result as c
        where
            c.store_code = w.store_code
            and c.called_on between w.first_on and w.last_on
            and (
                c.is_complaint
                or not c.is_fault_cleared
                or c.satisfaction <= r.satisfaction_to
            )
            and (
                c.is_complaint
                or not c.is_fault_cleared
                or c.satisfaction is not null
            )
        offset 0 -- noqa: AM09
    ) as said on true
    inner join lateral (
        select
            t.document_kind,
            t.document_no
        from care.follow_up_task as t
        where said.task_key = t.task_key
        offset 0 -- noqa: AM09
    ) as called on true
    where r.event = 'trouble_told'
)

insert into night_subject (
    task_key,
    store_code,
    rule_id,
    occurrence,
    event,
    document_kind,
    document_no,
    vin,
    event_on,
    arrived_on,
    rule_no,
    calendar,
    contact_kind,
    contact_check,
    contact_digest
)
select
    d.store_code || '.' || r.rule_id || '.' || d.document_no
    || '.' || to_char(d.event_on, 'YYYYMMDD')
    || case d.document_kind
        when 'sales_order' then 'S'
        when 'repair_order' then 'R'
        when 'insurance_policy' then 'P'
        else 'L'
    end
    || r.satisfaction_from as task_key,
    d.store_code,
    r.rule_id,
    d.occurrence,
    r.event,
    d.document_kind,
    d.document_no,
    d.vin,
    d.event_on,
    d.version_day as arrived_on,
    r.rule_no,
    weak.calendar,
    d.contact_kind,
    d.contact_check,
    d.said_digest as contact_digest
from weak
inner join night_rule as r on weak.rule_no = r.rule_no
inner join lateral (
    select
        e.*,
        e.day_number + r.satisfaction_from as occurrence
    from care.trouble as e
    where
        e.store_code = weak.store_code
        and e.event_on = weak.called_on
        and e.document_kind = weak.document_kind
        and e.document_no = weak.document_no
        and case
            when e.is_trouble then r.has_trouble
            else
                e.satisfaction between r.satisfaction_from
                and r.satisfaction_to
        end
        and not exists (
            select 1
            from care.follow_up_task as t
            where
                t.store_code = e.store_code
                and t.rule_id = r.rule_id
                and t.document_kind = e.document_kind
                and t.document_no = e.document_no
                and t.occurrence = e.day_number + r.satisfaction_from
        )
    offset 0 -- noqa: AM09
) as d on true
