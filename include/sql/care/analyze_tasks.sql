-- After many changes the planner must not believe in what was there before.
-- grain: –
-- reads: care.follow_up_task, outbound.message
-- writes: –
analyze care.follow_up_task, outbound.message
