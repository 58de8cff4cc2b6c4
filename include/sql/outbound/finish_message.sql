-- A message of which nobody knows stays in doubt until the target says what
-- became of it. One that a target does not take, run after run, while it takes
-- others, is dead: a person decides about it.
-- grain: one row per claimed message
-- reads: –
-- writes: outbound.message
update outbound.message
set
    state = case
        when
            :is_refusal
            and :state in ('retry', 'unknown')
            and refusals + 1 >= :most_refusals
            then 'dead'
        else :state
    end,
    reason = :reason,
    finished_at = clock_timestamp(),
    refusals = case
        when :is_refusal and :state in ('retry', 'unknown') then refusals + 1
        when :state in ('retry', 'unknown') then refusals
        else 0
    end,
    mapping_digest = case when :state = 'rejected' then :mapping_digest end,
    doubt_since = case
        when :state = 'unknown' then coalesce(doubt_since, clock_timestamp())
    end
where
    message_id = :message_id
    and state = 'sending'
    and claimed_by = :claimer
