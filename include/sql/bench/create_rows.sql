-- Where a statement written by hand keeps what its figures stand on, with keys
-- as score.evidence has them.
-- grain: one row per figure and row behind it
-- reads: nothing
-- writes: bench_row
create table bench_row (
    whose text not null,
    kpi_id text not null,
    row_kind text not null,
    row_key text not null,
    is_numerator boolean not null,
    is_excluded boolean not null,
    reason text,
    primary key (whose, kpi_id, row_kind, row_key),
    foreign key (whose, kpi_id) references bench_figure
)
