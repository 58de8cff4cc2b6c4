-- What a target did not take on one more work day, while it took others of the
-- kind. After so many of them a message is dead: a person decides about it. A
-- day counts once, however often it is tried: one bad evening of a network says
-- nothing against a message.
-- grain: one row per message that was not taken
-- reads: –
-- writes: outbound.message
update outbound.message
set
    refusals = refusals + 1,
    refused_day = :work_day,
    state = case when refusals + 1 >= :most_refusals then 'dead' else state end
where
    message_id = any(cast(:message_ids as bigint[]))
    and state in ('retry', 'unknown')
    and refused_day is distinct from cast(:work_day as date)
