-- Documents that became known to be gone, or there again.
-- grain: one row per document
-- reads: nothing
-- writes: ops.sweep_finding
insert into ops.sweep_finding (
    sweep_id,
    store_code,
    document_no,
    is_gone
)
select
    cast(:sweep_id as bigint) as of_sweep,
    found.store_code,
    found.document_no,
    cast(:is_gone as boolean) as is_gone
from
    unnest(cast(:store_codes as text[]), cast(:document_nos as text[]))
        as found (store_code, document_no)
order by found.store_code, found.document_no
on conflict (sweep_id, store_code, document_no) do update
    set is_gone = excluded.is_gone
