-- Months that count complaints do so one after another: a complaint may belong
-- to several of them, and none sees what another has not committed. It is taken
-- before the lock of a month, never after it.
-- grain: one row
-- reads: nothing
-- writes: nothing
select pg_advisory_xact_lock(hashtext('aftercare.counted_complaint'))
