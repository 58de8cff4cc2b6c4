-- Documents that came in with the day's loads or with loads merged since tasks
-- were made last, or that a sweep since then found gone or there again.
-- grain: one row per document
-- reads: –
-- writes: pg_temp.night_document
create temporary table if not exists night_document (
    document_kind text not null,
    store_code text not null,
    document_no text not null,
    primary key (document_kind, store_code, document_no)
) on commit drop
