-- Who wanted nothing of a matter, when it was said in the call about another
-- one of the same follow-up, is not asked about it again either: its further
-- steps end, as those of the call's own matter do.
-- grain: one row per task that is withdrawn
-- reads: pg_temp.night_subject, pg_temp.night_rule, care.follow_up_task,
--   core.call_result
-- writes: pg_temp.night_task
update night_task as n
set
    status = 'withdrawn',
    status_reason = 'said_no'
from night_subject as s
inner join night_rule as r on s.rule_no = r.rule_no
where
    n.task_key = s.task_key
    and r.is_sequence
    and n.status in ('open', 'held', 'postponed', 'missed')
    and exists (
        select 1
        from care.follow_up_task as step
        left join night_task as tonight on step.task_key = tonight.task_key
        inner join care.follow_up_task as winner
            on
                coalesce(tonight.merged_into, step.merged_into)
                = winner.task_key
                and step.store_code = winner.store_code
                and step.rule_id = winner.rule_id
                and step.event = winner.event
                and step.occurrence = winner.occurrence
        inner join core.call_result as c on winner.task_key = c.task_key
        where
            n.store_code = step.store_code
            and n.document_kind = step.document_kind
            and n.document_no = step.document_no
            and n.rule_id = step.rule_id
            and n.event = step.event
            and n.task_key <> step.task_key
            and coalesce(tonight.status_reason, step.status_reason) = 'told'
            and c.outcome = 'declined'
            and c.called_on
            <= least(cast(:horizon as date), n.expires_on) -- noqa: RF02
        offset 0 -- noqa: AM09
    )
