-- Tells two outcomes of next services apart.
-- grain: one row
-- reads: care.service_due, care.service_due_queue
-- writes: nothing
select
    (
        select sum(hashtextextended(cast(due as text), 0))
        from care.service_due as due
    ) as dues,
    (select count(*) from care.service_due_queue) as queued
