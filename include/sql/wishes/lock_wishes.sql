-- Wishes are entered and read one after the other, so that none is entered
-- twice, and none is taken for read that was ended meanwhile.
-- grain: –
-- reads: –
-- writes: –
lock table care.wish in share row exclusive mode
