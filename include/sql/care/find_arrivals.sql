-- When the events of tonight's documents became known: the first day whose
-- load, or the first release by a steward, brought a version with that event.
-- Asked of all captured versions, so that it does not matter which night came
-- first; a document captured before versions were kept has the day of core's.
-- grain: one row per task key is written
-- reads: pg_temp.night_subject, pg_temp.night_rule, care.follow_up_task,
--   staging.sales_order, staging.repair_order, staging.insurance_policy,
--   staging.lead, staging.call_result, quality.good_row, ops.load,
--   quality.quarantine
-- writes: pg_temp.night_subject
with zone as (
    select cast(:time_zone as text) as time_zone
),

versions as (
    select
        s.task_key,
        s.store_code || '|' || s.document_no as business_key,
        v.load_id,
        v.row_id,
        v.row_hash
    from zone
    cross join night_subject as s
    inner join staging.sales_order as v
        on
            s.store_code = v.store_code
            and s.document_no = v.order_no
    where
        s.is_news
        and s.lost_on is null
        and s.event in ('delivery', 'registration')
        and v.status <> 'cancelled'
        and v.delivered_at is not null
        and s.event_on = coalesce(
            case
                when s.event = 'registration'
                    then nullif(
                        greatest(v.registered_on, date '1970-01-01'),
                        date '1970-01-01'
                    )
            end,
            cast(v.delivered_at at time zone zone.time_zone as date)
        )
    union all
    select
        s.task_key,
        s.store_code || '|' || s.document_no as business_key,
        v.load_id,
        v.row_id,
        v.row_hash
    from zone
    cross join night_subject as s
    inner join staging.repair_order as v
        on
            s.store_code = v.store_code
            and s.document_no = v.ro_no
    where
        s.is_news
        and s.lost_on is null
        and s.event = 'workshop_exit'
        and v.status <> 'cancelled'
        and v.ro_type <> 'pre_delivery'
        and not coalesce(v.is_reversed, false)
        and s.event_on = cast(
            coalesce(v.delivered_at, v.settled_at)
            at time zone zone.time_zone as date
        )
    union all
    select
        s.task_key,
        s.store_code || '|' || s.document_no as business_key,
        v.load_id,
        v.row_id,
        v.row_hash
    from night_subject as s
    inner join staging.insurance_policy as v
        on
            s.store_code = v.store_code
            and s.document_no = v.policy_no
            and s.event_on = v.ends_on
    where
        s.is_news
        and s.event = 'policy_end'
        and v.status <> 'cancelled'
    union all
    select
        s.task_key,
        s.store_code || '|' || s.document_no as business_key,
        v.load_id,
        v.row_id,
        v.row_hash
    from night_subject as s
    inner join staging.lead as v
        on
            s.store_code = v.store_code
            and s.document_no = v.lead_no
            and s.event_on = v.defeated_on
    where
        s.is_news
        and s.event = 'lead_defeated'
        and v.status = 'defeated'
    union all
    select
        s.task_key,
        v.task_key || '|' || v.attempt_no as business_key,
        v.load_id,
        v.row_id,
        v.row_hash
    from zone
    cross join night_subject as s
    inner join night_rule as r on s.rule_no = r.rule_no
    inner join lateral (
        select t.task_key
        from care.follow_up_task as t
        where
            s.store_code = t.store_code
            and s.document_kind = t.document_kind
            and s.document_no = t.document_no
            and t.event <> 'trouble_told'
        offset 0 -- noqa: AM09
    ) as called on true
    inner join staging.call_result as v on called.task_key = v.task_key
    where
        s.is_news
        and s.event = 'trouble_told'
        and s.event_on
        = cast(v.called_at at time zone zone.time_zone as date)
        and case
            when v.is_complaint or not v.is_fault_cleared then r.has_trouble
            else
                v.satisfaction between r.satisfaction_from
                and r.satisfaction_to
        end
),

first_arrivals as (
    select
        v.task_key,
        min(greatest(l.business_day, q.closed_day)) as arrived_on
    from versions as v
    inner join quality.good_row as g
        on v.load_id = g.load_id and v.row_id = g.row_id
    inner join ops.load as l on v.load_id = l.load_id
    left join quality.quarantine as q
        on
            l.system = q.system
            and l.feed = q.feed
            and v.business_key = q.business_key
            and v.row_hash = q.row_hash
            and q.state in ('released', 'waived')
            and l.business_day between q.first_day and q.last_day
    group by v.task_key
)

update night_subject as s
set arrived_on = a.arrived_on
from first_arrivals as a
where s.task_key = a.task_key
