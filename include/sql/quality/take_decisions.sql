-- What was decided about a load's rows until now counts from here on; what is
-- decided later waits for the next time.
-- grain: one row per case that waited for the load to be settled
-- reads: nothing
-- writes: quality.quarantine
update quality.quarantine
set is_waiting = false
where
    load_id = :load_id
    and is_waiting
