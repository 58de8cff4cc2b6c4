-- Statistics and visibility, as autovacuum would have left them.
-- grain: nothing
-- reads: all tables
-- writes: nothing
vacuum analyze
