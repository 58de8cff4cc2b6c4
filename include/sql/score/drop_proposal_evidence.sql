-- grain: one row per row that a proposal no longer stands on
-- reads: nothing
-- writes: score.proposal_evidence
delete from score.proposal_evidence
where
    proposal_id = :proposal_id
    and not exists (
        select 1
        from
            unnest(cast(:kinds as text[]), cast(:keys as text[]))
                as rows_behind (kind, key)
        where
            rows_behind.kind = proposal_evidence.row_kind
            and rows_behind.key = proposal_evidence.row_key
    )
