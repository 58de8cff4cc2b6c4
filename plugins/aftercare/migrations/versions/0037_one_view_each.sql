-- Objections that keep a proposal from being approved, and an approved step
-- from counting: one that is open, or one about the proposal itself that was
-- upheld.
create view score.freezing_objection as
select
    proposal_id,
    objection_id,
    due_on,
    state
from score.proposal_objection
where state = 'open' or (state = 'upheld' and is_about_proposal);

-- What a target rejected and somebody still needs: a task that is open, a
-- complaint or a month, which the target still shows as before, and a contact
-- for which any task waits.
create view outbound.needed_rejection as
select
    n.message_id,
    n.target,
    n.entity,
    n.external_key,
    n.version,
    n.action,
    n.store_code,
    n.task_key,
    n.work_day,
    n.state,
    n.reason,
    n.attempts,
    n.refusals,
    n.mapping_digest,
    n.made_at,
    n.finished_at,
    n.complaint_no,
    n.month
from outbound.newest_message as n
left join care.follow_up_task as t on n.task_key = t.task_key
where
    n.state = 'rejected'
    and (
        t.status = 'open'
        or n.complaint_no is not null
        or n.month is not null
        or exists (
            select 1
            from care.follow_up_task as other
            where
                n.entity = 'contact'
                and n.store_code = other.store_code
                and (
                    t.vin = other.vin
                    or (
                        t.vin is null
                        and other.vin is null
                        and t.document_no = other.document_no
                    )
                )
                and other.status = 'open'
        )
    );
