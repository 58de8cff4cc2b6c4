-- Where a statement written by hand leaves a month's figures.
-- grain: one row per person or store and figure
-- reads: nothing
-- writes: bench_figure
create table bench_figure (
    whose text not null,
    kpi_id text not null,
    numerator bigint not null,
    denominator bigint not null,
    excluded bigint not null,
    place bigint,
    primary key (whose, kpi_id)
)
