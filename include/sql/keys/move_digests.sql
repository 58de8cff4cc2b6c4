-- A task's digest of its contact follows the hashes that it was made of; one
-- that was made of an earlier version of the document stays different.
-- grain: one row per task of a document whose hashes were made anew
-- reads: nothing
-- writes: care.follow_up_task
with moves as (
    select
        given.store_code,
        given.document_no,
        given.old_digest,
        given.new_digest
    from unnest(
        cast(:store_codes as text[]),
        cast(:document_nos as text[]),
        cast(:old_digests as bytea[]),
        cast(:new_digests as bytea[])
    ) as given (store_code, document_no, old_digest, new_digest)
)

update care.follow_up_task as tasks
set contact_digest = moves.new_digest
from moves
where
    tasks.store_code = moves.store_code
    and tasks.document_no = moves.document_no
    and tasks.document_kind = :document_kind
    and tasks.contact_digest = moves.old_digest
