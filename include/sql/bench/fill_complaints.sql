-- A dozen complaints a store around a month, with the times of their steps:
-- one of ten was handled too late, one of twelve not closed in time.
-- grain: one row per complaint
-- reads: core.store, core.assignment
-- writes: core.complaint
with given as (
    select
        cast(:load_id as bigint) as load_id,
        cast(:first_day as date) as first_day,
        cast(:time_zone as text) as time_zone
),

received as (
    select
        stores.store_code,
        people.employee_no,
        given.load_id,
        numbers.number,
        (
            given.first_day - 3 + numbers.number * 2
            + time '09:30' + make_interval(hours => numbers.number % 7)
        ) at time zone given.time_zone as received_at,
        given.first_day - 3 + numbers.number * 2 as received_on,
        bench_draw(
            'complaint ' || stores.store_code || numbers.number, 120
        ) as fate
    from given
    cross join core.store as stores
    inner join core.assignment as people
        on stores.store_code = people.store_code and people.role = 'SUP'
    cross join generate_series(1, 12) as numbers (number)
)

insert into core.complaint (
    store_code,
    complaint_no,
    received_at,
    received_on,
    owner_no,
    acknowledged_at,
    dispatched_at,
    solved_at,
    closed_at,
    row_hash,
    version_at,
    version_day,
    load_id
)
select
    store_code,
    'C' || lpad(cast(number as text), 5, '0') as complaint_no,
    received_at,
    received_on,
    employee_no as owner_no,
    received_at + make_interval(mins => 5 + fate % 30) as acknowledged_at,
    received_at + make_interval(mins => 30 + fate) as dispatched_at,
    received_at + make_interval(
        hours => case when fate < 12 then 30 else 5 end
    ) as solved_at,
    received_at + make_interval(
        days => case when fate % 12 = 0 then 9 else 3 end
    ) as closed_at,
    sha256(cast(store_code || number as bytea)) as row_hash,
    received_at as version_at,
    received_on as version_day,
    load_id
from received
