-- grain: –
-- reads: care.calendar_day
-- writes: –
analyze care.calendar_day
