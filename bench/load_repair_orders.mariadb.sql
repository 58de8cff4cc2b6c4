-- The rows that PostgreSQL copied out, as MariaDB reads them.
-- grain: one row per repair order
-- reads: the file of a benchmark
-- writes: tt_repair_order of the made-up dealer system
load data local infile :file
into table tt_repair_order
character set utf8mb4
