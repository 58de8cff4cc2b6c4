-- The made-up dealer system's rows, for another database to read.
-- grain: one row per repair order
-- reads: tt_repair_order of the made-up dealer system
-- writes: nothing
copy tt_repair_order to stdout
