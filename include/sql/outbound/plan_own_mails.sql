-- One mail of each report at most is on its way or arrived, whatever address
-- it had. What was held back is judged anew.
-- grain: one row per report
-- reads: outbound.mail
-- writes: outbound.mail
with
given as (
    select
        listed.report_key,
        listed.recipient_masked,
        listed.reason,
        decode(listed.hash_hex, 'hex') as recipient_hash
    from unnest(
        cast(:report_keys as text[]),
        cast(:hash_texts as text[]),
        cast(:shown as text[]),
        cast(:obstacles as text[])
    ) as listed (report_key, hash_hex, recipient_masked, reason)
),

-- Held back before, under another address or none.
outdated as (
    delete from outbound.mail as old
    using given
    where
        old.report_key = given.report_key
        and old.recipient_hash <> given.recipient_hash
        and old.state = 'suppressed'
)

insert into outbound.mail as known (
    report_key,
    recipient_role,
    recipient_hash,
    recipient_masked,
    language,
    state,
    reason
)
select
    given.report_key,
    cast(:recipient_role as text) as recipient_role, -- noqa: AL09
    given.recipient_hash,
    given.recipient_masked,
    cast(:language as text) as language, -- noqa: AL09
    case
        when given.reason is null then 'planned' else 'suppressed'
    end as state,
    given.reason
from given
where
    not exists (
        select 1
        from outbound.mail as other
        where
            other.report_key = given.report_key
            and other.recipient_hash <> given.recipient_hash
            and other.state not in ('suppressed', 'failed')
    )
order by given.report_key
on conflict (report_key, recipient_hash) do update
    set
        state = excluded.state,
        reason = excluded.reason,
        changed_at = clock_timestamp()
    where
    known.state = 'suppressed'
    and (known.state, known.reason)
    is distinct from (excluded.state, excluded.reason)
