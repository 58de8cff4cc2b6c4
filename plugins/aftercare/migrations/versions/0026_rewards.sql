-- Nominations for awards come by file. The reason is free text and protected
-- like contact data.
create table staging.nomination (
    load_id bigint not null references ops.load,
    row_id bigint not null,
    source_ref text not null,
    row_hash bytea not null,
    version_at timestamptz not null,
    unreadable jsonb,
    store_code text,
    employee_no text,
    month text,
    award text,
    nominator_no text,
    reason_cipher bytea,
    reason_hash bytea,
    reason_check text,
    primary key (load_id, row_id)
);

-- The view is continued from what it is, so that it keeps every feed that it
-- has when this runs.
do $$
begin
    execute 'create or replace view quality.staged_row as '
        || rtrim(pg_get_viewdef('quality.staged_row'::regclass), '; ')
        || ' union all select load_id, row_id, source_ref, store_code, '
        || 'to_jsonb(nomination) as source_row from staging.nomination';
end
$$;

create table core.nomination (
    store_code text not null references core.store,
    employee_no text not null,
    month text not null,
    award text not null,
    nominator_no text not null,
    reason_cipher bytea not null,
    reason_hash bytea not null,
    reason_check text not null,
    row_hash bytea not null,
    version_at timestamptz not null,
    version_day date not null,
    load_id bigint not null references ops.load,
    primary key (store_code, employee_no, month, award, nominator_no)
);
create index nomination_month_idx on core.nomination (month);

-- A reward is proposed and decided as a sanction is. One for a team has no
-- employee, one for a nominated person need have no scorecard, and nothing is
-- to be put right.
alter table score.sanction_proposal
add column kind text not null default 'sanction'
check (kind in ('sanction', 'reward')),
add column rank_no integer,
add column ranked integer,
alter column employee_no drop not null,
alter column correct_by drop not null,
alter column scorecard_id drop not null,
drop constraint sanction_proposal_step_check,
add constraint sanction_proposal_step_check check (
    (
        kind = 'sanction'
        and step in ('oral_warning', 'written_criticism')
        and num_nulls(employee_no, correct_by, scorecard_id) = 0
    )
    or (
        kind = 'reward'
        and step in (
            'satisfaction_star', 'award_complaint_handling',
            'award_innovation', 'award_collaboration', 'bonus',
            'service_star', 'promotion_referral', 'team_award',
            'team_award_head'
        )
        and correct_by is null
        and (employee_no is null) = (step = 'team_award')
    )
);

-- Why a month proposes no reward of a kind, in both languages, a line each.
create table score.reward_note (
    month text not null references score.month,
    step text not null,
    subject text not null,
    reason text not null,
    policy_line text references ops.policy_line,
    primary key (month, step, subject)
);
