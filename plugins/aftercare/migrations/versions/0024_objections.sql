-- What an employee objects to: a line of a scorecard, with the figures that it
-- had then, or a proposal. No key leads to either: a month that nobody decided
-- on can be scored again, and what was said about it stays.
create table score.objection (
    objection_id bigint generated always as identity primary key,
    month text not null references score.month,
    employee_no text not null references core.employee,
    store_code text not null references core.store,
    scorecard_id text not null,
    kpi_id text,
    proposal_id text,
    -- Whether it is the figure that the ladder of sanctions reads.
    is_score boolean not null default false,
    numerator numeric,
    denominator numeric,
    value numeric,
    points numeric,
    words text not null,
    raised_by text not null,
    raised_on date not null,
    raised_at timestamptz not null default clock_timestamp(),
    due_on date not null,
    -- By which line of policy the answer is due; it may be newer than the last
    -- policy that was loaded.
    policy_line text not null,
    state text not null default 'open' check (
        state in ('open', 'upheld', 'dismissed')
    ),
    answer text,
    answered_by text,
    answered_on date,
    answered_at timestamptz,
    check (num_nonnulls(kpi_id, proposal_id) = 1),
    check (
        num_nonnulls(answer, answered_by, answered_on, answered_at)
        = case state when 'open' then 0 else 4 end
    )
);
create index objection_month_idx on score.objection (month);
-- One answer is enough for what is asked now.
create unique index objection_open_idx
on score.objection (scorecard_id, coalesce(kpi_id, proposal_id))
where state = 'open';

-- Which proposals an objection touches: the one that it is about, those that
-- stand on the figure, and those that stand on the answers behind it.
create view score.proposal_objection as
select
    objection.objection_id,
    objection.state,
    objection.due_on,
    sanction_proposal.proposal_id,
    objection.proposal_id is not null as is_about_proposal
from score.objection
cross join score.sanction_proposal
where
    objection.proposal_id = sanction_proposal.proposal_id
    or exists (
        select 1
        from score.proposal_evidence
        where
            proposal_evidence.proposal_id = sanction_proposal.proposal_id
            and proposal_evidence.row_kind = 'scorecard_line'
            and proposal_evidence.row_key
            = objection.scorecard_id || '|' || objection.kpi_id
    )
    or (
        objection.is_score
        and objection.month = sanction_proposal.month
        and objection.employee_no = sanction_proposal.employee_no
        and exists (
            select 1
            from score.proposal_evidence
            where
                proposal_evidence.proposal_id = sanction_proposal.proposal_id
                and proposal_evidence.row_kind = 'follow_up_task'
        )
    );

-- What a line of a published month would be by the rows of a later day, beside
-- the issued one, which stays. The old figures are null where the line was not
-- issued, the new ones where it would not be there.
create table score.adjustment (
    adjustment_id bigint generated always as identity primary key,
    month text not null references score.month,
    scorecard_id text not null,
    kpi_id text not null,
    employee_no text not null references core.employee,
    store_code text not null references core.store,
    credit text not null check (credit in ('person', 'store')),
    unit text not null,
    old_numerator numeric,
    old_denominator numeric,
    old_excluded numeric,
    old_value numeric,
    old_points numeric,
    new_numerator numeric,
    new_denominator numeric,
    new_excluded numeric,
    new_value numeric,
    new_points numeric,
    -- Some of the rows that came, left or changed, as [change, kind, key], and
    -- how many there are.
    rows_behind jsonb not null,
    row_count integer not null,
    objection_id bigint references score.objection,
    noticed_on date not null,
    noticed_at timestamptz not null default clock_timestamp(),
    ended_on date,
    ended_at timestamptz,
    -- How it ended: the line differs otherwise now, or no more.
    ending text check (ending in ('replaced', 'gone')),
    check (num_nonnulls(ended_on, ended_at, ending) in (0, 3))
);
create index adjustment_month_idx on score.adjustment (month);
create unique index adjustment_standing_idx
on score.adjustment (scorecard_id, kpi_id)
where ended_on is null;
