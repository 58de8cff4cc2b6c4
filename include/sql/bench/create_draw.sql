-- A number from 0 to below ways, drawn by what it is about: the same whenever
-- it is drawn, and of one vehicle another one for each thing.
-- grain: –
-- reads: –
-- writes: –
create function bench_draw(about text, ways integer)
returns integer
language sql
immutable
return cast(abs(hashtextextended(about, 0) % ways) as integer)
