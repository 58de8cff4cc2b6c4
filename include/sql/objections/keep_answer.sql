-- grain: one row: an open objection that is answered
-- reads: nothing
-- writes: score.objection
update score.objection
set
    state = :state,
    answer = :answer,
    answered_by = :answered_by,
    answered_on = :answered_on,
    answered_at = clock_timestamp()
where
    objection_id = :objection_id
    and state = 'open'
