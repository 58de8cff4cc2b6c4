-- What is sent is rendered at the time of sending, so of several messages of
-- a key only the newest is needed.
-- grain: one row per unfinished message that a newer one replaces
-- reads: outbound.message
-- writes: outbound.message
update outbound.message as older
set
    state = 'superseded',
    refused_fields = null,
    finished_at = clock_timestamp()
where
    older.target = :target
    and older.state in ('pending', 'retry', 'unknown')
    and exists (
        select 1
        from outbound.message as newer
        where
            newer.target = older.target
            and newer.entity = older.entity
            and newer.external_key = older.external_key
            and newer.message_id > older.message_id
    )
