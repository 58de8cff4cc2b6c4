-- Opens a case for each row that breaks a critical rule, or refreshes the
-- case that this version of the row already has.
-- grain: one case per business key and version of the row
-- reads: ops.load, quality.flag, quality.row_fact, quality.staged_row
-- writes: quality.quarantine
with loads as (
    select *
    from ops.load
    where load_id = :load_id
),

owners as (
    select
        rules.rule_id,
        rules.mender
    from unnest(
        cast(:rule_ids as text[]), cast(:owners as text[])
    ) as rules (rule_id, mender)
),

held as (
    select
        flags.load_id,
        flags.row_id,
        array_agg(flags.rule_id order by flags.rule_id) as rule_ids,
        (array_agg(owners.mender order by flags.rule_id))[1] as mender
    from quality.flag as flags
    inner join loads on flags.load_id = loads.load_id
    inner join owners on flags.rule_id = owners.rule_id
    where flags.severity = 'critical'
    group by flags.load_id, flags.row_id
)

insert into quality.quarantine as cases (
    system,
    feed,
    store_code,
    business_key,
    row_hash,
    load_id,
    row_id,
    source_ref,
    source_row,
    rule_ids,
    owner,
    is_releasable,
    first_day,
    last_day
)
select
    loads.system,
    loads.feed,
    staged.store_code,
    facts.business_key,
    facts.row_hash,
    held.load_id,
    held.row_id,
    staged.source_ref,
    staged.source_row,
    held.rule_ids,
    held.mender,
    facts.is_complete as is_releasable,
    loads.business_day as first_day,
    loads.business_day as last_day
from held
inner join loads on held.load_id = loads.load_id
inner join quality.row_fact as facts
    on
        held.load_id = facts.load_id
        and held.row_id = facts.row_id
inner join quality.staged_row as staged
    on
        held.load_id = staged.load_id
        and held.row_id = staged.row_id
on conflict (system, feed, business_key, row_hash) do update
    set
        first_day = least(cases.first_day, excluded.first_day),
        last_day = greatest(cases.last_day, excluded.last_day),
        load_id = case
            when excluded.last_day >= cases.last_day then excluded.load_id
            else cases.load_id
        end,
        row_id = case
            when excluded.last_day >= cases.last_day then excluded.row_id
            else cases.row_id
        end,
        source_ref = case
            when excluded.last_day >= cases.last_day then excluded.source_ref
            else cases.source_ref
        end,
        source_row = case
            when excluded.last_day >= cases.last_day then excluded.source_row
            else cases.source_row
        end,
        rule_ids = case
            when excluded.last_day >= cases.last_day then excluded.rule_ids
            else cases.rule_ids
        end,
        owner = case
            when excluded.last_day >= cases.last_day then excluded.owner
            else cases.owner
        end,
        is_releasable = case
            when
                excluded.last_day >= cases.last_day
                then excluded.is_releasable
            else cases.is_releasable
        end,
        -- The source went back to a version that it had put right before.
        state = case
            when
                cases.state = 'resent'
                and excluded.last_day > cases.closed_day
                then 'open'
            else cases.state
        end,
        closed_day = case
            when
                cases.state = 'resent'
                and excluded.last_day > cases.closed_day
                then null
            else cases.closed_day
        end
    where
    -- A run that finds nothing new writes nothing; contact data that a second
    -- pull sealed anew is not new, so source_row is not compared.
    excluded.first_day < cases.first_day
    or excluded.last_day > cases.last_day
    or (
        excluded.last_day = cases.last_day
        and (
            excluded.load_id <> cases.load_id
            or excluded.row_id <> cases.row_id
            or excluded.source_ref <> cases.source_ref
            or excluded.rule_ids <> cases.rule_ids
            or excluded.owner is distinct from cases.owner
            or excluded.is_releasable <> cases.is_releasable
        )
    )
