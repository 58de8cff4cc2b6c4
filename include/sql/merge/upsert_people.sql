-- The people of a load's good assignments, as the newest one describes them;
-- core.assignment says how new what core holds is. A mobile of staff says
-- nothing about customers, so vehicles that it stands with are queued.
-- grain: one row per employee_no is written
-- reads: ops.load, quality.good_row, staging.employee, core.assignment,
--   core.customer_role
-- writes: core.employee, core.people_due
with loads as (
    select
        load_id,
        business_day
    from ops.load
    where load_id = :load_id
),

good as (
    select
        loads.business_day,
        given.employee_no,
        given.store_code,
        given.role,
        given.valid_from,
        given.name,
        given.mobile_cipher,
        given.mobile_hash,
        given.mobile_check,
        given.email_cipher,
        given.email_hash,
        given.email_check,
        given.version_at
    from loads
    inner join staging.employee as given on loads.load_id = given.load_id
    inner join quality.good_row as good_rows
        on
            given.load_id = good_rows.load_id
            and given.row_id = good_rows.row_id
),

newest as (
    select distinct on (good.employee_no)
        good.employee_no,
        good.name,
        good.mobile_cipher,
        good.mobile_hash,
        good.mobile_check,
        good.email_cipher,
        good.email_hash,
        good.email_check,
        good.version_at,
        good.business_day
    from good
    order by
        good.employee_no asc,
        good.version_at desc,
        good.valid_from desc,
        good.store_code asc,
        good.role asc
),

written as (
    insert into core.employee as known (
        employee_no,
        name,
        mobile_cipher,
        mobile_hash,
        mobile_check,
        email_cipher,
        email_hash,
        email_check
    )
    select
        newest.employee_no,
        newest.name,
        newest.mobile_cipher,
        newest.mobile_hash,
        newest.mobile_check,
        newest.email_cipher,
        newest.email_hash,
        newest.email_check
    from newest
    where
        not exists (
            select assignments.employee_no
            from core.assignment as assignments
            where
                newest.employee_no = assignments.employee_no
                and (newest.version_at, newest.business_day)
                < (assignments.version_at, assignments.version_day)
        )
    order by newest.employee_no
    on conflict (employee_no) do update
        set
            name = excluded.name,
            mobile_cipher = excluded.mobile_cipher,
            mobile_hash = excluded.mobile_hash,
            mobile_check = excluded.mobile_check,
            email_cipher = excluded.email_cipher,
            email_hash = excluded.email_hash,
            email_check = excluded.email_check
        where
        (known.name, known.mobile_hash, known.email_hash)
        is distinct from
        (excluded.name, excluded.mobile_hash, excluded.email_hash)
    returning old.mobile_hash as mobile_before, new.mobile_hash
),

mobiles as (
    select written.mobile_before as mobile_hash
    from written
    where written.mobile_before is distinct from written.mobile_hash
    union
    select written.mobile_hash
    from written
    where written.mobile_before is distinct from written.mobile_hash
)

insert into core.people_due as known (vin)
select distinct roles.vin
from mobiles
inner join core.customer_role as roles
    on mobiles.mobile_hash = roles.phone_hash
order by roles.vin
on conflict (vin) do update set queued = known.queued + 1
