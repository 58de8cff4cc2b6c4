-- What a sweep's keys said of documents that were merged after it.
-- grain: one sweep
-- reads: nothing
-- writes: ops.sweep
update ops.sweep
set
    judged = vanished + :judged,
    vanished = vanished + :vanished,
    returned = returned + :returned
where sweep_id = :sweep_id
returning keys, judged, vanished, returned
