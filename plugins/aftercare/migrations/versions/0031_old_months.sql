-- What was said of a month that was backfilled when a later one was closed
-- already: whether its mails go out once it is published. Of a month in time
-- nothing is said, and they do. The month need not be scored yet.
create table score.old_month (
    month text primary key check (month ~ '^\d{4}-\d{2}$'),
    is_told boolean not null,
    said_by text not null,
    said_at timestamptz not null default clock_timestamp()
);

-- Whether a publication is told to anybody outside the house's pages; decided
-- when it is published, for good. Those that are there were.
alter table score.publication
add column is_told boolean not null default true;
