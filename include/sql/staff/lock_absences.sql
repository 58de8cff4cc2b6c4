-- Absences are entered one after the other, so that none overlap.
-- grain: –
-- reads: –
-- writes: –
lock table care.absence in share row exclusive mode
