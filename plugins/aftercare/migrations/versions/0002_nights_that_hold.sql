-- Stores that the rows of a load may name: those in core, and those that came
-- in with the same business day; ask for the load.
create view quality.known_store as
select
    loads.load_id,
    stores.store_code
from ops.load as loads
cross join core.store as stores
union
select
    loads.load_id,
    stores.store_code
from ops.load as loads
inner join ops.load as same_day on loads.business_day = same_day.business_day
inner join quality.good_row as good on same_day.load_id = good.load_id
inner join staging.store as stores
    on
        good.load_id = stores.load_id
        and good.row_id = stores.row_id;

-- Files whose content is known by size and time of writing, so that a night
-- does not open all of a folder that is never emptied. looked_at is before
-- anybody looked: the beginning of the transaction.
create table ops.file_trace (
    system text not null,
    feed text not null,
    path text not null,
    size bigint not null,
    written_at timestamptz not null,
    digest text not null,
    looked_at timestamptz not null default transaction_timestamp(),
    primary key (system, feed, path)
);
