-- The day of the first of these cases: a complaint's is the day on which it was
-- received, a dissatisfied answer's that of the visit or delivery it is about,
-- or the one on which the call was due, where what it is about comes later.
-- grain: one row; no day where none of them is known
-- reads: core.complaint, care.follow_up_task
-- writes: nothing
with
complaints as (
    select min(received_on) as first_on
    from core.complaint
    where store_code || '|' || complaint_no = any(:complaints)
),

answers as (
    select min(least(event_on, due_on)) as first_on
    from care.follow_up_task
    where task_key = any(:tasks)
)

select least(complaints.first_on, answers.first_on) as first_on
from complaints
cross join answers
